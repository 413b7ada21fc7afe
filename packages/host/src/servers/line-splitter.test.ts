import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backoff } from './backoff.ts'
import { LineSplitter } from './line-splitter.ts'
import { nestsDeeperThan } from './nesting.ts'
import { defaultServerLimits } from './stdio-server.ts'

function split(chunks: readonly Uint8Array[], maxBytes: number): { lines: string[]; tooLong: number } {
  const found = { lines: [] as string[], tooLong: 0 }
  const splitter = new LineSplitter(
    maxBytes,
    (line) => found.lines.push(line.toString('latin1')),
    () => found.tooLong++,
  )
  for (const chunk of chunks) splitter.write(Buffer.from(chunk))
  return found
}

test('lines do not depend on how the stream was cut into chunks', () => {
  const piece = fc.uint8Array({ max: 0x10, maxLength: 40 })
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (chunks) => {
      const whole = Buffer.concat(chunks)
      const expected = whole.toString('latin1').split('\n').slice(0, -1)
      expect(split(chunks, 10_000)).toEqual({ lines: expected, tooLong: 0 })
      expect(split([whole], 10_000)).toEqual({ lines: expected, tooLong: 0 })
    }),
  )
})

test('a line over the bound ends the stream, once; one at the bound does not', () => {
  expect(split([Buffer.from('abcd\nef')], 4)).toEqual({ lines: ['abcd'], tooLong: 0 })
  expect(split(['a\nab', 'cd', 'e\nf\n', 'g\n'].map(Buffer.from), 4)).toEqual({ lines: ['a'], tooLong: 1 })
})

test('a line sent byte by byte arrives whole', () => {
  const bytes = Array.from({ length: 5_000 }, () => Buffer.from('x'))
  expect(split([...bytes, Buffer.from('\n')], 5_000).lines).toEqual(['x'.repeat(5_000)])
})

test('nesting is told from the bytes as the parsed value has it', () => {
  const depth = (value: unknown): number =>
    typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), fc.nat(10), (value, max) => {
      const text = JSON.stringify(value)
      expect(nestsDeeperThan(max, Buffer.from(text))).toBe(depth(JSON.parse(text)) > max)
    }),
  )
  expect(nestsDeeperThan(2, Buffer.from('["[[[[", "\\"[[[["]'))).toBe(false)
})

test('the pause grows with the failures in a row, is bounded, and is never less than half', () => {
  const pauses = (random: number) =>
    [0, 1, 2, 3, 50].map((failures) => backoff(failures, defaultServerLimits, () => random))
  expect(pauses(0)).toEqual([0, 250, 500, 1_000, 15_000])
  expect(pauses(1)).toEqual([0, 500, 1_000, 2_000, 30_000])
})
