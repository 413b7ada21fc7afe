/** A span in a file. Lines and columns count from 1, columns in UTF-16 units; the end is exclusive. */
export interface SourceRange {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
}

/** `file:line:column`, the form that terminals and editors make clickable. */
export function place(range: SourceRange): string {
  return `${range.file}:${range.line}:${range.column}`
}
