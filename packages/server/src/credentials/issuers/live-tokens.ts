import type { Changes } from '../changes.ts'

const most = 10_000
const graceMs = 60_000

/**
 * When the last token of each client ends. Bounded: the client that was not heard of for longest is told to be over when there
 * are too many, which only makes it come again.
 */
export class LiveTokens {
  readonly #options: { readonly changes: Changes; now(): number }
  readonly #ends = new Map<string, number>()

  constructor(options: { readonly changes: Changes; now(): number }) {
    this.#options = options
  }

  /** A good token of this client ends at this time (milliseconds since the epoch). */
  saw(client: string, end: number): void {
    const before = this.#ends.get(client) ?? 0
    this.#ends.delete(client)
    this.#ends.set(client, Math.max(before, end))
    const [oldest] = this.#ends.keys()
    if (this.#ends.size > most && oldest !== undefined) this.#end(oldest)
  }

  /** A client was here before, when its token ends is not known: it is over soon, unless it shows one. */
  resumed(client: string): void {
    if (!this.#ends.has(client)) this.saw(client, this.#options.now() + graceMs)
  }

  /** Tells whose last token is over. */
  refresh(): void {
    const now = this.#options.now()
    for (const [client, end] of [...this.#ends]) if (end <= now) this.#end(client)
  }

  #end(client: string): void {
    this.#ends.delete(client)
    this.#options.changes.tell(client)
  }
}
