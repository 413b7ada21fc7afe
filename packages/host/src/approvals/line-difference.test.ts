import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lineDifference } from './line-difference.ts'

const shown = (before: string, after: string) => lineDifference(before, after).map(({ kind, text }) => [kind, text])

test('a changed line, with three around it; what is left out is counted', () => {
  const lines = Array.from({ length: 12 }, (_, n) => `${n}\n`)
  expect(shown(lines.join(''), lines.join('').replace('8\n', 'eight\n'))).toEqual([
    ['skipped', '5 lines that stay as they are'],
    ['same', '5'],
    ['same', '6'],
    ['same', '7'],
    ['removed', '8'],
    ['added', 'eight'],
    ['same', '9'],
    ['same', '10'],
    ['same', '11'],
  ])
})

test.each([
  ['', 'a\n', [['added', 'a']]],
  ['a\n', '', [['removed', 'a']]],
  [
    'a\n',
    'a',
    [
      ['removed', 'a'],
      ['added', 'a  (no line end)'],
    ],
  ],
  ['same', 'same', []],
])('%j to %j', (before, after, wanted) => {
  expect(shown(before, after)).toEqual(wanted)
})

test('what stays and what is removed is the text before; what stays and what is added the text after', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 7 })
    .map((lines) => lines.map((line) => `${line}\n`).join(''))
  fc.assert(
    fc.property(text, text, (before, after) => {
      const difference = lineDifference(before, after)
      if (before === after || difference.some(({ kind }) => kind === 'skipped')) return
      const of = (other: 'removed' | 'added') =>
        difference
          .filter(({ kind }) => kind === 'same' || kind === other)
          .map((line) => `${line.text}\n`)
          .join('')
      expect([of('removed'), of('added')]).toEqual([before, after])
    }),
  )
})

test('texts too different to be compared are shown whole', () => {
  const before = Array.from({ length: 3_000 }, (_, n) => `b${n}\n`).join('')
  const after = Array.from({ length: 3_000 }, (_, n) => `a${n}\n`).join('')
  expect(lineDifference(before, after)).toHaveLength(6_000)
})
