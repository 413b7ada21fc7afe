/** A call of the tool that only reads, or of the one that writes. */
export const kinds = ['read', 'write'] as const
export type Kind = (typeof kinds)[number]

/** How a client reaches a server. */
export type Reach =
  | {
      readonly transport: 'stdio'
      readonly command: string
      readonly args: readonly string[]
      readonly env: Readonly<Record<string, string>>
    }
  | {
      readonly transport: 'http'
      readonly url: string
      readonly headers: Readonly<Record<string, string>>
      /** The process that listens there. */
      readonly pid: number | null
    }

/** What one process of the load is told. */
export interface LoadOptions {
  readonly reach: Reach
  /** What stands before the names of the server's tools. */
  readonly prefix: string
  /** How many calls are kept in flight, one number after the other. */
  readonly inFlight: readonly number[]
  /** How long each kind is called at each number in flight. */
  readonly milliseconds: number
}

export interface LoadCell {
  readonly kind: Kind
  readonly inFlight: number
  readonly calls: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  readonly perSecond: number
  /** Processor time of the first process of the way for one call, milliseconds; absent where the system does not say. */
  readonly busy?: number
}

export interface LoadRound {
  readonly cells: readonly LoadCell[]
  /** The most memory that the first process of the way ever held, MB; absent where the system does not say. */
  readonly peakMemoryMb?: number
}
