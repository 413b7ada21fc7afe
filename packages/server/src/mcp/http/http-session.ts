import { randomBytes } from 'node:crypto'
import { Connection2025 } from '../connection-2025.ts'
import type { Face } from '../face.ts'
import { instructionsOf } from '../greeting.ts'
import type { EventBudget } from './event-budget.ts'
import type { McpLimits } from './limits.ts'
import { SessionTransport } from './session-transport.ts'

export interface HttpSessionOptions {
  readonly face: Face
  readonly limits: McpLimits
  readonly budget: EventBudget
  now(): number
  /** It is over; once. */
  onEnd(): void
}

/** A session of a client of revision 2025-11-25, from its greeting on. */
export class HttpSession {
  /** 256 random bits. */
  readonly id = randomBytes(32).toString('base64url')
  readonly transport: SessionTransport
  /** When it was last asked for anything. */
  usedAt: number
  readonly #options: HttpSessionOptions
  #connection: Connection2025 | undefined
  #ended: Promise<void> | undefined

  constructor(options: HttpSessionOptions) {
    const { limits, budget, now } = options
    this.#options = options
    this.usedAt = now()
    const { maxUnsentBytes, events: log } = limits
    this.transport = new SessionTransport({ sessionId: this.id, log, budget, maxUnsentBytes, now })
  }

  get isIdle(): boolean {
    return this.transport.isIdle
  }

  /** Before anything is posted to it. */
  async open(): Promise<void> {
    const { face } = this.#options
    const { log } = face.options
    this.#connection = new Connection2025(face, { sessionId: this.id, ...(await instructionsOf(face.options)) })
    this.#connection.server.onerror = (error) => log(`client: ${error.message}`)
    await this.#connection.server.connect(this.transport)
  }

  /** Cancels what is in flight, and settles when what came of it is on record. Never rejects. */
  end(): Promise<void> {
    this.#ended ??= this.#end()
    return this.#ended
  }

  async #end(): Promise<void> {
    this.#options.onEnd()
    await this.transport.close()
    const { log } = this.#options.face.options
    await this.#connection?.end().catch((cause) => log(`a session did not end well: ${String(cause)}`))
  }
}
