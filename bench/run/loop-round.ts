export type LoopWay = 'direct' | 'ecp'

/** How many turns and how many calls in each of them. */
export interface Shape {
  readonly turns: number
  readonly calls: number
}

export interface LoopOptions {
  readonly way: LoopWay
  readonly baseURL: string
  readonly shapes: readonly Shape[]
  /** How often each is done; the first one of all is not counted. */
  readonly times: number
}

/** Milliseconds that a loop of each shape took, the median. */
export interface LoopRound {
  readonly took: readonly number[]
}

/** See `model-server.ts`. */
export function modelOf({ turns, calls }: Shape): string {
  return `calls-${calls}-turns-${turns}-delay-0`
}
