/** A cell, by its place among the rows and columns that are shown. */
export interface Place {
  readonly row: number
  readonly column: number
}

/** Where a key leads from a cell; undefined for keys that lead nowhere (WAI-ARIA APG, Grid). */
export function cellAfter(key: string, { row, column }: Place, rows: number, columns: number): Place | undefined {
  const next: Readonly<Record<string, Place>> = {
    ArrowDown: { row: row + 1, column },
    ArrowUp: { row: row - 1, column },
    ArrowRight: { row, column: column + 1 },
    ArrowLeft: { row, column: column - 1 },
    PageDown: { row: row + 10, column },
    PageUp: { row: row - 10, column },
    Home: { row, column: 0 },
    End: { row, column: columns - 1 },
  }
  const found = next[key]
  return found && { row: within(found.row, rows), column: within(found.column, columns) }
}

const within = (place: number, count: number) => Math.max(0, Math.min(count - 1, place))
