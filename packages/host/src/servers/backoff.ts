import type { ServerLimits } from './stdio-server.ts'

/** How long (ms) to wait before the next start after so many failures in a row: exponential, bounded, with jitter. */
export function backoff(failures: number, limits: ServerLimits, random: () => number): number {
  if (failures <= 0) return 0
  const whole = Math.min(limits.longestBackoffMs, limits.firstBackoffMs * 2 ** Math.min(30, failures - 1))
  return Math.round(whole * (0.5 + random() / 2))
}
