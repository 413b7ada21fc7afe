import type { Call } from '../call.ts'

/** Where a call lies in its run, as parts of the run's length. */
export interface Bar {
  readonly from: number
  readonly width: number
}

/** The time that the bars of a run share, in milliseconds: until its last call ended, and never 0. */
export function lengthOf(calls: readonly Call[]): number {
  let end = 1
  for (const { at = 0, durationMs = 0 } of calls) end = Math.max(end, at + durationMs)
  return end
}

/** Missing for a call of which no time is known. What runs still reaches to the end. */
export function barOf({ at, durationMs, fate }: Call, length: number): Bar | undefined {
  if (at === undefined) return undefined
  const from = Math.min(1, at / length)
  const width = fate === 'running' ? 1 - from : Math.min(1 - from, (durationMs ?? 0) / length)
  return { from, width }
}
