import { randomFillSync } from 'node:crypto'

const idBytes = 16
const poolBytes = 256 * idBytes

/**
 * Gives 16 random bytes at a time, which are valid until the next call. They are drawn from the system for many at once: that
 * costs as much for a few bytes as for some thousand.
 */
export function randomPool(): () => Uint8Array {
  const pool = new Uint8Array(poolBytes)
  let used = poolBytes
  return () => {
    if (used === poolBytes) {
      randomFillSync(pool)
      used = 0
    }
    const drawn = pool.subarray(used, used + idBytes)
    used += idBytes
    return drawn
  }
}
