import { randomBytes, timingSafeEqual } from 'node:crypto'
import { sha256 } from './sha256.ts'

/** An operator who is signed in. */
export interface OperatorSession {
  /** Milliseconds since the epoch, whatever is done until then. */
  readonly expiresAt: number
  /** Aborted when it ends, by whatever. */
  readonly over: AbortSignal
}

/** How long (ms) a session lasts at most; how long while nothing is asked with it and no page listens. */
export const sessionMs = 12 * 3_600_000
export const idleMs = 3_600_000
const mostSessions = 16
const sweepMs = 1_000

interface Kept extends OperatorSession {
  readonly hash: Buffer
  readonly end: AbortController
  usedAt: number
}

/**
 * The sessions of operators, in memory and of this process alone: of a token only its sha-256 is kept. They end by time, by
 * being ended, when there are too many (the one that was used the longest ago), and with the server.
 */
export class OperatorSessions {
  readonly #now: () => number
  readonly #sweep: NodeJS.Timeout
  #kept: readonly Kept[] = []

  constructor(now: () => number) {
    this.#now = now
    this.#sweep = setInterval(() => this.#endOver(), sweepMs)
    this.#sweep.unref()
  }

  /** Begins one. The token is told here and never again. */
  begin(): { readonly token: string; readonly session: OperatorSession } {
    this.#endOver()
    const oldest = this.#kept.toSorted((a, b) => a.usedAt - b.usedAt)[0]
    if (oldest && this.#kept.length >= mostSessions) this.end(oldest)
    // 256 random bits, with a beginning that scanners for lost secrets can look for.
    const token = `ecps_${randomBytes(32).toString('base64url')}`
    const at = this.#now()
    const end = new AbortController()
    const session = { hash: sha256(token), expiresAt: at + sessionMs, usedAt: at, end, over: end.signal }
    this.#kept = [...this.#kept, session]
    return { token, session }
  }

  /** Whose token it is; using it keeps the session from being idle. Takes as long for a wrong token as for a right one. */
  find(token: string): OperatorSession | undefined {
    this.#endOver()
    const hash = sha256(token)
    const [found] = this.#kept.filter((one) => timingSafeEqual(one.hash, hash))
    if (found) found.usedAt = this.#now()
    return found
  }

  /** A page that listens uses it. */
  touch(session: OperatorSession): void {
    const found = this.#kept.find((one) => one === session)
    if (found) found.usedAt = this.#now()
  }

  end(session: OperatorSession): void {
    const found = this.#kept.find((one) => one === session)
    this.#kept = this.#kept.filter((one) => one !== session)
    found?.end.abort()
  }

  close(): void {
    clearInterval(this.#sweep)
    for (const session of this.#kept) this.end(session)
  }

  #endOver(): void {
    const at = this.#now()
    for (const session of this.#kept) {
      if (session.expiresAt <= at || session.usedAt + idleMs <= at) this.end(session)
    }
  }
}
