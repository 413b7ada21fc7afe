import { expect, test } from 'vitest'
import { randomPool } from './random-pool.ts'

test('no 16 bytes come twice, also when the pool is drawn again', () => {
  const draw = randomPool()
  const drawn = Array.from({ length: 1_000 }, () => Buffer.from(draw()).toString('hex'))
  expect(new Set(drawn).size).toBe(1_000)
  expect(drawn.every((hex) => hex.length === 32)).toBe(true)
})
