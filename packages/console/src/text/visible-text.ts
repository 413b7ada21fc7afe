import { codePoint } from './hidden-characters.ts'
import { type Piece, piecesOf } from './pieces.ts'

/** The text with every hidden character written out, where no more than text can stand: names, titles, labels. */
export function visibleText(text: string): string {
  return piecesOf(text).map(written).join('')
}

function written(piece: Piece): string {
  if ('text' in piece) return piece.text
  return piece.kind === 'tab' ? ' ' : `[${codePoint(piece.code)}]`
}
