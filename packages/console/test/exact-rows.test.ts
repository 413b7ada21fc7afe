import type { Json } from '@ecp/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ExactLine, jsonLines, textLines } from '../src/text/exact-lines.ts'
import { brokenRows, type ExactRow } from '../src/text/exact-rows.ts'

const lineText = ({ segments }: ExactLine) => segments.map(({ text }) => text).join('')
const rowText = ({ parts }: ExactRow) =>
  parts
    .flatMap(({ pieces }) => pieces)
    .map((piece) => (piece.kind === 'text' ? piece.text : String.fromCodePoint(piece.code)))
    .join('')

test('JSON is shown as it is, line by line, whatever is in it', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const value: Json = JSON.parse(text)
      expect(jsonLines(value).map(lineText).join('\n')).toBe(JSON.stringify(value, null, 2))
    }),
  )
})

test('broken to any width, nothing is left out and nothing is added', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.integer({ min: 9, max: 120 }), (text, columns) => {
      const rows = brokenRows(textLines(text), columns)
      expect(rows.map((row, index) => (row.isRest || index === 0 ? '' : '\n') + rowText(row)).join('')).toBe(text)
    }),
  )
})

test('no row is wider than what there is room for', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii', maxLength: 300 }), (text) => {
      for (const row of brokenRows(textLines(text), 20)) expect(rowText(row).length).toBeLessThanOrEqual(20)
    }),
  )
})

test('names and strings are apart, so that no direction of writing can swap them', () => {
  const [, line] = jsonLines({ 'שם "x": ': 'ערך, \\' })
  expect(line?.segments.map(({ role, text }) => [role, text])).toEqual([
    ['plain', '  '],
    ['name', '"שם \\"x\\": "'],
    ['plain', ': '],
    ['string', '"ערך, \\\\"'],
  ])
})

test('a megabyte in one string is broken in linear time', () => {
  const rows = brokenRows(jsonLines({ text: `${'a'.repeat(500_000)}${'\u200b'.repeat(50_000)}"\\` }), 100)
  expect(rows.length).toBeGreaterThan(9_000)
})
