import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shown } from './shown.ts'

test.each([
  ['plain', 10, 'plain'],
  ['0123456789', 10, '0123456789'],
  ['0123456789A', 10, '012345678…'],
  ['\u202e\u202e', 10, '\\u{202e}\\…'],
  ['ab\u{1f600}', 3, 'ab…'],
])('%j in %i is %j', (text, most, wanted) => {
  expect(shown(text, most)).toBe(wanted)
})

test('whatever the text, it is inert, no longer than asked for, and whole where nothing says otherwise', () => {
  const pieces = [
    'a',
    ' ',
    '<b>',
    '\n',
    '\u0000',
    '\u001b',
    '\u202e',
    '\u200b',
    '\ufe0f',
    '\ud83d',
    '\ude00',
    '\u{1f600}',
    '\u{e0041}',
  ]
  const text = fc.array(fc.constantFrom(...pieces), { maxLength: 80 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 60 }), (given, most) => {
      const seen = shown(given, most)
      expect(seen.length).toBeLessThanOrEqual(most)
      expect(seen).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}]/u)
      if (!seen.endsWith('…')) expect(seen).toBe(shown(given, 10_000))
    }),
  )
})
