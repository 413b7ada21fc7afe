import type { Paint, Style } from './paint.ts'
import { columnsOf, cut } from './visible.ts'

/** One cell: its text, already made safe to print, and what it means. */
export interface Cell {
  readonly text: string
  readonly style?: Style
}
export interface Table {
  readonly head: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

const gap = '  '
/** The last column is at least this wide, however narrow the terminal is. */
const narrowest = 30

/**
 * A table in aligned columns, without a line end after the last row. With `width` (columns of the terminal) the last
 * column is wrapped to fit; without it, as when piped, every row is one line.
 */
export function table({ head, rows }: Table, paint: Paint, width?: number): string {
  const columns = head.map((title, at) =>
    Math.max(columnsOf(title), ...rows.map((row) => columnsOf(row[at]?.text ?? ''))),
  )
  const last = head.length - 1
  const before = columns.slice(0, last).reduce((sum, column) => sum + column + gap.length, 0)
  const room = width === undefined ? Number.POSITIVE_INFINITY : Math.max(narrowest, width - before)
  const painted = (text: string, style: Style | undefined) => (style ? paint(style, text) : text)
  const lines = (cells: readonly Cell[]) => {
    const start = cells.slice(0, last).map(({ text, style }, at) => {
      return painted(text, style) + ' '.repeat((columns[at] ?? 0) - columnsOf(text)) + gap
    })
    const { text = '', style } = cells[last] ?? {}
    return wrapped(text, room).map((part, at) =>
      `${at === 0 ? start.join('') : ' '.repeat(before)}${painted(part, style)}`.trimEnd(),
    )
  }
  return [head.map((text) => ({ text, style: 'strong' as const })), ...rows].flatMap(lines).join('\n')
}

/** A text in lines of at most `width` columns, broken at spaces where that is possible. */
function wrapped(text: string, width: number): string[] {
  if (columnsOf(text) <= width) return [text]
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (columnsOf(longer) <= width) {
      line = longer
      continue
    }
    if (line !== '') lines.push(line)
    let rest = word
    while (columnsOf(rest) > width) {
      const part = cut(rest, width + 1).slice(0, -1)
      lines.push(part)
      rest = rest.slice(part.length)
    }
    line = rest
  }
  return [...lines, line]
}
