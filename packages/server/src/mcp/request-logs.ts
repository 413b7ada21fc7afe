import type { Host, Session } from '@ecp/host'
import type { JsonObject } from '@ecp/protocol'
import { logLevels } from './log-level.ts'

interface Wanting {
  readonly session: Session
  readonly severity: number
  deliver(message: JsonObject): void
}

/**
 * Log messages for clients of revision 2026-07-28, which ask for them with each request: one goes to the oldest request of
 * its session that wants it.
 */
export class RequestLogs {
  readonly #host: Host
  readonly #wanting = new Set<Wanting>()
  readonly #levels = new Map<string, number>()

  constructor(host: Host) {
    this.#host = host
  }

  /** Settles when servers know of the level. Returns how to end it. */
  async want(session: Session, level: unknown, deliver: Wanting['deliver']): Promise<() => void> {
    const severity = logLevels.indexOf(String(level))
    if (severity < 0) return () => undefined
    const wanting = { session, severity, deliver }
    this.#wanting.add(wanting)
    const least = Math.min(...[...this.#wanting].flatMap((one) => (one.session === session ? [one.severity] : [])))
    if (this.#levels.get(session.id) !== least) {
      this.#levels.set(session.id, least)
      await this.#host.setLogLevel(logLevels[least] ?? 'info', session)
    }
    return () => this.#wanting.delete(wanting)
  }

  deliver(session: Session, message: JsonObject): void {
    const severity = logLevels.indexOf(String(message.level))
    const first = [...this.#wanting].find((one) => one.session === session && one.severity <= severity)
    first?.deliver(message)
  }
}
