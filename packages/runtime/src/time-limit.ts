/** The time of one step of a run. */
export interface StepTime extends Disposable {
  /** It waits for a person from now on. */
  waits(): void
  /** Nobody is waited for any more. */
  goesOn(): void
  /** It is over; said again it changes nothing. */
  ends(): void
}

export interface TimeLimitOptions {
  /** Milliseconds; undefined: no limit. */
  readonly limitMs: number | undefined
  now(): number
  /** Called once, when the time is used up. */
  onOver(): void
}

const untimed: StepTime = { waits() {}, goesOn() {}, ends() {}, [Symbol.dispose]() {} }

/**
 * How long a run may take in all its parts (`orchestration.defaults.timeoutMs`). As with `maxRuntimeSeconds`, it stands still while all
 * that is under way waits for people. The ledger reads the same from the records for the parts before (`Journal.carriedMs`).
 */
export class TimeLimit {
  readonly #options: TimeLimitOptions
  #used = 0
  /** Up to when it was added up; undefined while it stands still. */
  #at: number | undefined
  #steps = 0
  #waiting = 0
  #timer: NodeJS.Timeout | undefined
  #isOver = false

  constructor(options: TimeLimitOptions) {
    this.#options = options
  }

  /** The time runs from now on. `used`: milliseconds of the parts before. */
  begin(used: number): void {
    if (this.#options.limitMs === undefined) return
    this.#used = used
    this.#at = this.#options.now()
    this.#look()
  }

  /** Nothing is called any more. */
  end(): void {
    this.#isOver = true
    clearTimeout(this.#timer)
  }

  step(): StepTime {
    if (this.#options.limitMs === undefined) return untimed
    let isWaiting = false
    let hasEnded = false
    const wait = (waits: boolean) => {
      if (hasEnded || waits === isWaiting) return
      isWaiting = waits
      this.#change(0, waits ? 1 : -1)
    }
    const ends = () => {
      if (hasEnded) return
      wait(false)
      hasEnded = true
      this.#change(-1, 0)
    }
    this.#change(1, 0)
    return { waits: () => wait(true), goesOn: () => wait(false), ends, [Symbol.dispose]: ends }
  }

  #change(steps: number, waiting: number): void {
    this.#pass()
    this.#steps += steps
    this.#waiting += waiting
    const stands = this.#waiting > 0 && this.#waiting === this.#steps
    if (stands) this.#at = undefined
    else this.#at ??= this.#options.now()
    this.#look()
  }

  /** A clock that went back counts as standing still. */
  #pass(): void {
    if (this.#at === undefined) return
    const at = this.#options.now()
    this.#used += Math.max(0, at - this.#at)
    this.#at = at
  }

  #look(): void {
    clearTimeout(this.#timer)
    const { limitMs = Number.POSITIVE_INFINITY, onOver } = this.#options
    if (this.#isOver) return
    if (this.#used >= limitMs) {
      this.#isOver = true
      onOver()
    } else if (this.#at !== undefined) {
      this.#timer = setTimeout(() => {
        this.#pass()
        this.#look()
      }, limitMs - this.#used)
    }
  }
}
