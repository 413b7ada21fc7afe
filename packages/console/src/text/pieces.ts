import { hiddenCharacters } from './hidden-characters.ts'
import { lookAlikes } from './look-alikes.ts'

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

/** The whole text in order, with everything apart that is not what it seems. */
export function piecesOf(text: string): readonly Piece[] {
  if (plain.test(text)) return text === '' ? [] : [{ kind: 'text', text }]
  const odd = new Map<number, 'hidden' | 'look-alike'>()
  for (const index of lookAlikes(text)) odd.set(index, 'look-alike')
  for (const { index } of text.matchAll(hiddenCharacters)) odd.set(index, 'hidden')
  for (const { index } of text.matchAll(stackedMarks)) odd.set(index, 'hidden')
  const pieces: Piece[] = []
  let from = 0
  for (const [index, kind] of [...odd].sort(([a], [b]) => a - b)) {
    const code = text.codePointAt(index) ?? 0
    const character = String.fromCodePoint(code)
    if (index > from) pieces.push({ kind: 'text', text: text.slice(from, index) })
    if (kind === 'look-alike') pieces.push({ kind, text: character, code })
    else pieces.push({ kind: character === '\t' ? 'tab' : kind, code })
    from = index + character.length
  }
  if (from < text.length) pieces.push({ kind: 'text', text: text.slice(from) })
  return pieces
}
