import { expect, test } from 'vitest'
import { visible } from '../../cli/src/terminal/visible.ts'
import { hiddenCharacters } from '../src/text/hidden-characters.ts'
import { piecesOf } from '../src/text/pieces.ts'

test('what the console shows by its code point is what the terminal writes out: all of Unicode', () => {
  const differ: string[] = []
  for (let code = 0; code <= 0x10ffff; code += 1) {
    const character = String.fromCodePoint(code)
    const isHidden = character.replace(hiddenCharacters, '') === ''
    if (isHidden !== (visible(character) !== character)) differ.push(code.toString(16))
  }
  expect(differ).toEqual([])
})

test.each([
  ['a\u202eb', ['a', 'hidden 202e', 'b']],
  ['\u001b[31m', ['hidden 1b', '[31m']],
  ['a\u200bb\ufeff', ['a', 'hidden 200b', 'b', 'hidden feff']],
  ['\ud800x', ['hidden d800', 'x']],
  ['\u{e0041}', ['hidden e0041']],
  ['a\tb', ['a', 'tab 9', 'b']],
  ['<b>&amp;</b>', ['<b>&amp;</b>']],
  ['e\u0301\u0302\u0303\u0304', ['e\u0301\u0302', 'hidden 303', 'hidden 304']],
  ['', []],
])('%j is shown as %j', (text, pieces) => {
  const shown = piecesOf(text).map((piece) =>
    piece.kind === 'text' ? piece.text : `${piece.kind} ${piece.code.toString(16)}`,
  )
  expect(shown).toEqual(pieces)
})

test.each([
  ['paypal in ASCII', 'paypal.com', ''],
  ['one letter of Cyrillic', 'p\u0430ypal.com', '\u0430'],
  ['a host that is Cyrillic as a whole', 'open \u0440\u0430\u0443.com', '\u0440\u0430\u0443'],
  ['Greek', 'g\u03bf\u03bfgle', '\u03bf\u03bf'],
  ['full width', '\uff52\uff4d -rf', '\uff52\uff4d'],
  ['mathematical letters', '\u{1d41a}dmin', '\u{1d41a}'],
  ['a slash that is none', 'a\u2215b', '\u2215'],
  ['a space that is none', 'a\u00a0b', '\u00a0'],
  ['Russian', 'привет, мир', ''],
  ['Russian beside English', 'say привет', ''],
  ['Greek prose', 'καλημέρα', ''],
  ['an accent', 'café', ''],
])('look-alikes in %s', (_, text, marked) => {
  const shown = piecesOf(text).flatMap((piece) => (piece.kind === 'look-alike' ? [piece.text] : []))
  expect(shown.join('')).toBe(marked)
})
