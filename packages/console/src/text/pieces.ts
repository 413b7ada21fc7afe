import { hiddenCharacters } from './hidden-characters.ts'
import { markLookAlikes } from './look-alikes.ts'

/** A stretch of text as it is; one hidden character; one that looks like another; a tab, which is hidden and means no harm. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'hidden' | 'tab'; readonly code: number }
  | { readonly kind: 'look-alike'; readonly text: string; readonly code: number }

/** As wide as a tab is drawn, wherever it stands. */
export const tabColumns = 4

/** Marks on one character from the third on: they would be drawn over the lines around it. */
const stackedMarks = /(?<=\p{M}{2})\p{M}/gu
const plain = /^[\x20-\x7e]*$/

const lookAlike = 1
const isHidden = 2

/** The whole text in order, with everything apart that is not what it seems. In linear time: a text can be a megabyte. */
export function piecesOf(text: string): readonly Piece[] {
  if (plain.test(text)) return text === '' ? [] : [{ kind: 'text', text }]
  const marks = new Uint8Array(text.length)
  if (/[^\0-\x7f]/.test(text)) {
    markLookAlikes(text, marks, lookAlike)
    for (const { index } of text.matchAll(stackedMarks)) marks[index] = isHidden
  }
  for (const { index } of text.matchAll(hiddenCharacters)) marks[index] = isHidden
  const pieces: Piece[] = []
  let from = 0
  for (let at = 0; at < text.length; at += 1) {
    if (marks[at] === 0) continue
    const code = text.codePointAt(at) ?? 0
    const character = String.fromCodePoint(code)
    if (at > from) pieces.push({ kind: 'text', text: text.slice(from, at) })
    if (marks[at] === lookAlike) pieces.push({ kind: 'look-alike', text: character, code })
    else pieces.push({ kind: character === '\t' ? 'tab' : 'hidden', code })
    from = at + character.length
  }
  if (from < text.length) pieces.push({ kind: 'text', text: text.slice(from) })
  return pieces
}
