import { randomUUID } from 'node:crypto'
import type { Host, Session } from '@ecp/host'
import { canonical, type JsonObject } from '@ecp/protocol'

/** How many sets of capabilities one client may declare; with more, it is taken for one that can be asked nothing. */
const maxSessions = 16

/**
 * Whom servers are asked for, by what a client of revision 2026-07-28 declares with each request: servers that may ask
 * something are told it once, when they are connected to.
 */
export class Sessions2026 {
  readonly #host: Host
  readonly #onOpened: (session: Session) => void
  readonly #sessions = new Map<string, Session>()

  constructor(host: Host, onOpened: (session: Session) => void) {
    this.#host = host
    this.#onOpened = onOpened
  }

  of(declared: JsonObject): Session {
    const key = keyOf(declared)
    const known = this.#sessions.get(key)
    if (known) return known
    return this.#sessions.size < maxSessions
      ? this.#open(key, declared)
      : (this.#sessions.get('') ?? this.#open('', {}))
  }

  #open(key: string, capabilities: JsonObject): Session {
    const session: Session = { id: randomUUID(), capabilities }
    this.#sessions.set(key, session)
    this.#onOpened(session)
    return session
  }

  async close(): Promise<void> {
    const sessions = [...this.#sessions.values()]
    this.#sessions.clear()
    await Promise.all(sessions.map((session) => this.#host.endSession(session)))
  }
}

/** The empty text for what has no canonical form. */
function keyOf(declared: JsonObject): string {
  try {
    return canonical(declared)
  } catch {
    return ''
  }
}
