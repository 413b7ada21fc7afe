import { expect, test } from 'vitest'
import { retryAfterMs } from './retry-after.ts'

const at = Date.UTC(2026, 10, 27, 12)

test.each<[value: string | null | undefined, ms: number | undefined]>([
  ['0', 0],
  ['120', 120_000],
  ['0.01', 10],
  ['Fri, 27 Nov 2026 12:00:30 GMT', 30_000],
  ['Friday, 27-Nov-26 12:00:30 GMT', 30_000],
  ['Fri, 27 Nov 2026 11:59:59 GMT', undefined],
  ['-5', undefined],
  ['1e9', undefined],
  ['Infinity', undefined],
  ['soon', undefined],
  ['', undefined],
  [null, undefined],
  [undefined, undefined],
])('Retry-After: %s', (value, ms) => {
  expect(retryAfterMs(value, at)).toBe(ms)
})
