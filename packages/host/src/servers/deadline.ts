/** Time that a call may take, without the time in which somebody is asked something. Milliseconds. */
export class Deadline {
  readonly #onEnd: () => void
  #remainingMs: number
  #since = 0
  #timer: NodeJS.Timeout | undefined
  #pauses = 0

  constructor(ms: number, onEnd: () => void) {
    this.#remainingMs = ms
    this.#onEnd = onEnd
    this.#run()
  }

  /** Until what is returned is called. */
  pause(): () => void {
    if (this.#pauses++ === 0) {
      clearTimeout(this.#timer)
      this.#remainingMs -= performance.now() - this.#since
    }
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      if (--this.#pauses === 0) this.#run()
    }
  }

  end(): void {
    this.#pauses = Number.POSITIVE_INFINITY
    clearTimeout(this.#timer)
  }

  #run(): void {
    this.#since = performance.now()
    this.#timer = setTimeout(this.#onEnd, Math.max(1, this.#remainingMs))
  }
}
