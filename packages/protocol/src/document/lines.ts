import type { SourceRange } from '../range.ts'

/** Half-open span of offsets (UTF-16 units) in a text. */
export type Span = readonly [start: number, end: number]

/** Finds line and column of offsets in a text. Lines end with LF, CR LF or CR. */
export function placer(file: string, text: string): (span: Span) => SourceRange {
  const starts = [0]
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === 10 || (unit === 13 && text.charCodeAt(i + 1) !== 10)) starts.push(i + 1)
  }
  const find = (offset: number): { line: number; column: number } => {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
  }
  return ([start, end]) => {
    const from = find(start)
    const to = find(Math.max(start, end))
    return { file, line: from.line, column: from.column, endLine: to.line, endColumn: to.column }
  }
}
