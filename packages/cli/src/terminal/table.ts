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

/**
 * A table in aligned columns, without a line end after the last row. With `width` (columns of the terminal) the last
 * column is cut to fit; without it, as when piped, nothing is cut.
 */
export function table({ head, rows }: Table, paint: Paint, width?: number): string {
  const columns = head.map((title, at) =>
    Math.max(columnsOf(title), ...rows.map((row) => columnsOf(row[at]?.text ?? ''))),
  )
  const last = head.length - 1
  const before = columns.slice(0, last).reduce((sum, column) => sum + column + gap.length, 0)
  const room = width === undefined ? Number.POSITIVE_INFINITY : Math.max(16, width - before)
  const line = (cells: readonly Cell[]) =>
    cells
      .map(({ text, style }, at) => {
        const shown = at === last ? cut(text, room) : text
        const padding = at === last ? '' : ' '.repeat((columns[at] ?? 0) - columnsOf(shown))
        return (style ? paint(style, shown) : shown) + padding
      })
      .join(gap)
      .trimEnd()
  return [line(head.map((text) => ({ text, style: 'strong' as const }))), ...rows.map(line)].join('\n')
}
