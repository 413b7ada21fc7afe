import { codePoint, hiddenNames, piecesOf } from './hidden-characters.ts'
import './inert.css'

/**
 * Text of unknown origin, on one line: never read as HTML, kept apart from the text around it in both directions, and with
 * every hidden character shown as its code point.
 */
export function Inert({ text }: { readonly text: string }) {
  return (
    <bdi className="inert">
      <Pieces text={text} />
    </bdi>
  )
}

/** The same without the frame, for text that stands in one already. */
export function Pieces({ text }: { readonly text: string }) {
  return piecesOf(text).map((piece, index) =>
    piece.kind === 'text' ? piece.text : <HiddenCharacter key={index.toString()} code={piece.code} />,
  )
}

function HiddenCharacter({ code }: { readonly code: number }) {
  return (
    <mark className="hidden-character" title={hiddenNames[code] ?? 'hidden character'}>
      {codePoint(code)}
    </mark>
  )
}
