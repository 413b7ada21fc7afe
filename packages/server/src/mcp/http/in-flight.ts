/** The requests of one client that are not answered yet, over all that it has open. */
export class InFlight {
  readonly #max: number
  #count = 0

  constructor(max: number) {
    this.#max = max
  }

  /** Whether another one would be too many. */
  get isFull(): boolean {
    return this.#count >= this.#max
  }

  /** Counts one until what is returned is called; further calls do nothing. */
  enter(): () => void {
    this.#count += 1
    let isIn = true
    return () => {
      if (isIn) this.#count -= 1
      isIn = false
    }
  }
}
