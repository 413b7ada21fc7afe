/** What holds events and can let go of some. */
interface Holder {
  readonly bytes: number
  /** Lets go of the oldest event. */
  drop(): void
}

/** What the logs of all sessions hold together. Where it is too much, the largest gives way: no client takes another's place. */
export class EventBudget {
  readonly #maxBytes: number
  readonly #holders = new Set<Holder>()
  #used = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Bytes in all. */
  get used(): number {
    return this.#used
  }

  /** Counts a change of what one holds, after it. */
  count(holder: Holder, bytes: number): void {
    this.#used += bytes
    if (holder.bytes > 0) this.#holders.add(holder)
    else this.#holders.delete(holder)
  }

  /** Whether there is room now for so many bytes more. */
  makeRoom(bytes: number): boolean {
    while (this.#used + bytes > this.#maxBytes) {
      const [first, ...others] = this.#holders
      if (!first) return false
      others.reduce((largest, one) => (one.bytes > largest.bytes ? one : largest), first).drop()
    }
    return true
  }
}
