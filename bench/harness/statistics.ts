/** One number of a figure over several rounds: the median round, and how far the others were from it. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
  readonly rounds: readonly number[]
}

/** The value below which the share `p` of the samples lies (nearest rank). `samples` is sorted in place. */
export function quantile(samples: Float64Array, p: number): number {
  samples.sort()
  return samples[Math.min(samples.length - 1, Math.max(0, Math.ceil(samples.length * p) - 1))] ?? Number.NaN
}

export function spread(rounds: readonly number[]): Spread {
  const sorted = [...rounds].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
  return { median, min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN, rounds }
}
