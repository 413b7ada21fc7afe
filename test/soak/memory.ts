import type { MemoryLeft } from '../../bench/harness/garbage.ts'

/** What was left after a garbage collection, some time (s) after the start of the load. */
export interface Sample extends MemoryLeft {
  readonly at: number
}

/**
 * How much (bytes) a line through the samples rises over their time: the median of the slopes between all pairs (Theil and
 * Sen), which a few samples that were taken in a bad moment do not move.
 */
export function growth(samples: readonly Sample[], of: keyof MemoryLeft): number {
  const slopes = samples.flatMap((one, index) =>
    samples.slice(index + 1).map((other) => (other[of] - one[of]) / (other.at - one.at)),
  )
  slopes.sort((a, b) => a - b)
  const slope = slopes[slopes.length >> 1] ?? Number.NaN
  return slope * ((samples.at(-1)?.at ?? Number.NaN) - (samples[0]?.at ?? Number.NaN))
}
