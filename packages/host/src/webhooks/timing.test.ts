import { expect, test } from 'vitest'
import { defaultWebhookTiming, retryDelay } from './timing.ts'

const after = (attempt: number, random: number, retryAfter?: number) =>
  retryDelay(attempt, defaultWebhookTiming, () => random, retryAfter)

test('twice as long each time, up to the longest, with a half of it as jitter', () => {
  expect([1, 2, 3, 4].map((attempt) => after(attempt, 1))).toEqual([1_000, 2_000, 4_000, 8_000])
  expect([1, 2, 3, 4].map((attempt) => after(attempt, 0))).toEqual([500, 1_000, 2_000, 4_000])
  expect([20, 1_000_000].map((attempt) => after(attempt, 1))).toEqual([600_000, 600_000])
})

test('not before the endpoint wants, within bounds', () => {
  expect(after(1, 0, 30_000)).toBe(30_000)
  expect(after(5, 1, 1_000)).toBe(16_000)
  expect(after(1, 0, 999_999_999)).toBe(600_000)
})
