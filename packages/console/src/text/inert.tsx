import { codePoint, hiddenNames } from './hidden-characters.ts'
import { type Piece, piecesOf, tabColumns } from './pieces.ts'
import './inert.css'

/**
 * Text of unknown origin, on one line: never read as HTML, kept apart from the text around it in both directions, with
 * every hidden character shown as its code point and every look-alike with it.
 */
export function Inert({ text }: { readonly text: string }) {
  return (
    <bdi className="inert">
      <Pieces pieces={piecesOf(text)} />
    </bdi>
  )
}

/** The same for text that stands in a frame of its own already. */
export function Pieces({ pieces }: { readonly pieces: readonly Piece[] }) {
  return pieces.map((piece, index) =>
    piece.kind === 'text' ? piece.text : <Odd key={index.toString()} piece={piece} />,
  )
}

const tab = `→${' '.repeat(tabColumns - 1)}`

function Odd({ piece }: { readonly piece: Exclude<Piece, { kind: 'text' }> }) {
  const point = codePoint(piece.code)
  if (piece.kind === 'tab') return <span className="tab">{tab}</span>
  if (piece.kind !== 'look-alike') {
    return (
      <mark className="odd-character" title={hiddenNames[piece.code] ?? 'hidden character'}>
        {point}
      </mark>
    )
  }
  return (
    <mark className="odd-character" title="looks like another character">
      {piece.text}
      <span className="odd-character-code">{point}</span>
    </mark>
  )
}
