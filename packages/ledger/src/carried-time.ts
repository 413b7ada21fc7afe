import type { LedgerRecord } from '@ecp/protocol'

/**
 * How long processes have carried a run, read from the records of its chain in order: neither the time in which all that was under way
 * waited for people, nor that in which nobody carried it. A part whose process was gone ends with the last that it wrote.
 */
export class CarriedTime {
  /** Milliseconds of what has passed, up to the last record. */
  #total = 0
  /** Up to when it was added up, in milliseconds since the epoch; undefined while nobody carries the run. */
  #at: number | undefined
  #isStarted = false
  /** Keys of held actions that nobody has answered. */
  readonly #waiting = new Set<string>()
  readonly #inFlight = new Set<string>()

  /** Milliseconds. */
  get total(): number {
    return this.#total
  }

  hear({ kind, at, body }: LedgerRecord): void {
    switch (kind) {
      case 'run.started':
        // It may stand in a queue: its time begins with the first that it writes.
        this.#isStarted = true
        return
      case 'run.resumed':
        this.#leave()
        this.#isStarted = false
        this.#at = at
        return
      case 'run.paused':
        this.#pass(at)
        this.#leave()
        return
      case 'action.settled':
        return
      case 'action.decided': {
        this.#begin(at)
        this.#pass(at)
        const { action, decision } = body
        if (decision.effect === 'hold') this.#waiting.add(action.key)
        else this.#waiting.delete(action.key)
        if (decision.effect === 'allow') this.#inFlight.add(action.id)
        return
      }
      case 'action.finished':
        this.#pass(body.lived ?? at)
        this.#inFlight.delete(body.action)
        if (body.lived !== undefined) this.#leave()
        return
      default:
        this.#begin(at)
        this.#pass(at)
    }
  }

  #begin(at: number): void {
    if (!this.#isStarted) return
    this.#isStarted = false
    this.#at = at
  }

  /** A clock that went back counts as standing still. */
  #pass(at: number): void {
    if (this.#at === undefined) return
    const waits = this.#waiting.size > 0 && this.#inFlight.size === 0
    if (!waits) this.#total += Math.max(0, at - this.#at)
    this.#at = Math.max(at, this.#at)
  }

  #leave(): void {
    this.#at = undefined
    this.#waiting.clear()
    this.#inFlight.clear()
  }
}
