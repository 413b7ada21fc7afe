/** How many runs go on, and wait for their turn, at a time. */
export interface RunBounds {
  readonly maxRunning: number
  readonly maxWaiting: number
}

/** A run that is to have its turn. */
export interface QueuedRun {
  /** Its name in `gateway.runs`. */
  readonly name: string
  /** Whether it may go on beside another one of its name. */
  readonly overlap: boolean
  /** Runs it. `signal` is aborted when everything ends. Never throws. */
  start(signal: AbortSignal): Promise<void>
  /** Called in place of `start` when everything ends before its turn: puts down that somebody else may go on with it. */
  leave?(): Promise<void>
}

/** A place for a run that is not written down yet. */
export interface Slot {
  fill(run: QueuedRun): void
  /** Gives it back; nothing where it is filled. */
  release(): void
}

/** Runs that were taken and have not ended: some go on, the others wait for their turn, first come, first served. */
export class RunQueue {
  readonly #bounds: () => RunBounds
  readonly #waiting: QueuedRun[] = []
  readonly #running = new Map<QueuedRun, Promise<void>>()
  readonly #ending = new AbortController()
  #reserved = 0
  #isStopping = false

  /** The bounds may be others with each run. */
  constructor(bounds: () => RunBounds) {
    this.#bounds = bounds
  }

  /** Whether one of this name waits for its turn. */
  isWaiting(name: string): boolean {
    return this.#waiting.some((one) => one.name === name)
  }

  /** A place, if there is one. */
  reserve(): Slot | undefined {
    const { maxRunning, maxWaiting } = this.#bounds()
    const taken = this.#running.size + this.#waiting.length + this.#reserved
    if (this.#isStopping || taken >= maxRunning + maxWaiting) return undefined
    this.#reserved += 1
    let isOpen = true
    const release = () => {
      if (isOpen) this.#reserved -= 1
      isOpen = false
    }
    return {
      release,
      fill: (run) => {
        release()
        this.#waiting.push(run)
        this.#next()
      },
    }
  }

  /** Nothing more has its turn: what waits for it is left to be gone on with. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await Promise.all(this.#waiting.splice(0).map((run) => run.leave?.()))
  }

  /** Ends what goes on, for this reason. Settles when what came of it is on record. */
  async breakOff(reason: Error): Promise<void> {
    this.#ending.abort(reason)
    await Promise.all(this.#running.values())
  }

  #next(): void {
    while (!this.#isStopping && this.#running.size < this.#bounds().maxRunning) {
      const at = this.#waiting.findIndex(({ name, overlap }) => overlap || !this.#isRunning(name))
      const [run] = at < 0 ? [] : this.#waiting.splice(at, 1)
      if (!run) return
      const running = run.start(this.#ending.signal).finally(() => {
        this.#running.delete(run)
        this.#next()
      })
      this.#running.set(run, running)
    }
  }

  #isRunning(name: string): boolean {
    return [...this.#running.keys()].some((one) => one.name === name)
  }
}
