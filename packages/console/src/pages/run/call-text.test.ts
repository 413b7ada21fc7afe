import { expect, test } from 'vitest'
import { oneLine } from './one-line.ts'
import { resultLines } from './result-lines.ts'

const text = (result: Parameters<typeof resultLines>[0]) =>
  resultLines(result).map(({ segments }) => segments.map((segment) => segment.text).join(''))

test('a value on one line is cut where it gets long, and a large one is not written out for that', () => {
  expect(oneLine({ path: '/srv', list: [1, null, true] })).toBe('{path: "/srv", list: [1, null, true]}')
  expect(oneLine(undefined)).toBe('')
  expect(oneLine({ text: 'x'.repeat(1_000) }, 20)).toBe(`{text: "${'x'.repeat(12)}…`)
  const large = {
    text: 'x'.repeat(1_000),
    get later(): string {
      throw new RangeError('what is cut off is not even looked at')
    },
  }
  expect(oneLine(large, 20)).toHaveLength(21)
})

test('a result of texts alone is shown as these; anything else as the JSON that it is', () => {
  expect(
    text({
      content: [
        { type: 'text', text: 'a\nb' },
        { type: 'text', text: 'c' },
      ],
      isError: true,
    }),
  ).toEqual(['a', 'b', 'c'])
  for (const other of [
    { content: [{ type: 'text', text: 'a' }], structuredContent: {} },
    { content: [{ type: 'text', text: 'a', annotations: {} }] },
    { content: [{ type: 'image', data: 'a' }] },
    { content: [] },
    ['a'],
    null,
  ]) {
    expect(text(other).join('\n')).toBe(JSON.stringify(other, null, 2))
  }
})
