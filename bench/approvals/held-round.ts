/** What one process of the figure is told. */
export interface HeldOptions {
  /** The file that `ecp` runs. */
  readonly command: string
  readonly calls: number
}

export interface Times {
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

export interface HeldRound {
  /** From an answer being on record until its call, which waited, has its result. */
  readonly answered: Times
  /** A call that was approved before it was made again, and one that nobody has to approve. */
  readonly approved: Times
  readonly open: Times
}
