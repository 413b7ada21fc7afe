import type { ExactLine, Segment } from './exact-lines.ts'
import { type Piece, piecesOf, tabColumns } from './pieces.ts'

/** What fits on one row of the screen. */
export interface ExactRow {
  readonly kind: ExactLine['kind']
  /** It goes on with the line above. */
  readonly isRest: boolean
  readonly parts: readonly ExactPart[]
}
export interface ExactPart {
  readonly role: Segment['role']
  readonly pieces: readonly Piece[]
}

/** What a mark of a code point takes, in columns. */
const markColumns = 9
// Two columns each in most fonts: East Asian Width has no property that regular expressions know.
const wide = /[\u1100-\u{10ffff}]/u
const ascii = /^[\x20-\x7e]*$/

/** The lines whole, one row each: for those that the browser breaks. */
export function wholeRows(lines: readonly ExactLine[]): readonly ExactRow[] {
  return lines.map(({ kind, segments }) => ({
    kind,
    isRest: false,
    parts: segments.map(({ text, role }) => ({ role, pieces: piecesOf(text) })),
  }))
}

/** The lines broken at `columns`, so that every row is as high as every other, and a million of them can be scrolled. */
export function brokenRows(lines: readonly ExactLine[], columns: number): readonly ExactRow[] {
  return lines.flatMap((line) => brokenLine(line, Math.max(columns, markColumns)))
}

function brokenLine({ kind, segments }: ExactLine, columns: number): readonly ExactRow[] {
  const rows: ExactRow[] = []
  let parts: { role: Segment['role']; pieces: Piece[] }[] = []
  let used = 0
  const end = () => {
    rows.push({ kind, isRest: rows.length > 0, parts })
    parts = []
    used = 0
  }
  const add = (role: Segment['role'], piece: Piece, width: number) => {
    const last = parts.at(-1)
    if (last?.role === role) last.pieces.push(piece)
    else parts.push({ role, pieces: [piece] })
    used += width
  }
  for (const { text, role } of segments) {
    for (const piece of piecesOf(text)) {
      if (piece.kind !== 'text') {
        const width = columnsOf(piece)
        if (used + width > columns && used > 0) end()
        add(role, piece, width)
        continue
      }
      let rest = piece.text
      while (rest !== '') {
        if (used >= columns) end()
        const { length, width } = fitting(rest, columns - used)
        if (length === 0) {
          end()
          continue
        }
        add(role, { kind: 'text', text: rest.slice(0, length) }, width)
        rest = rest.slice(length)
      }
    }
  }
  if (parts.length > 0 || rows.length === 0) end()
  return rows
}

function columnsOf({ kind }: Piece): number {
  if (kind === 'tab') return tabColumns
  return kind === 'look-alike' ? markColumns + 2 : markColumns
}

/** How much of the text fits into so many columns. */
function fitting(text: string, columns: number): { readonly length: number; readonly width: number } {
  const head = text.slice(0, columns)
  if (ascii.test(head)) return { length: head.length, width: head.length }
  let length = 0
  let width = 0
  for (const character of text) {
    const more = wide.test(character) ? 2 : 1
    if (width + more > columns) break
    width += more
    length += character.length
    if (width === columns) break
  }
  return { length, width }
}
