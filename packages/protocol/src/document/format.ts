import { place } from '../range.ts'
import type { Diagnostic } from './diagnostic.ts'
import { visible } from './quote.ts'

export interface FormatOptions {
  /** The text of the document, to show the line; without it only the place is given. */
  readonly text?: string
  /** ANSI colours. */
  readonly colour?: boolean
}

const shownColumns = 110
const shownExpected = 24

/**
 * A diagnostic as lines for a terminal: `file:line:column: error: message`, the source line with a caret, and what would
 * have been right. Nothing in it moves the cursor, whatever the document holds. No line break at the end.
 */
export function formatDiagnostic(d: Diagnostic, options: FormatOptions = {}): string {
  const paint = (code: number, text: string) => (options.colour ? `\u001b[${code}m${text}\u001b[0m` : text)
  const tone = d.severity === 'error' ? 31 : 33
  const lines = [`${paint(1, visible(place(d.range)))}: ${paint(tone, d.severity)}: ${visible(d.message)}`]
  const excerpt = d.sensitive ? undefined : lineWithCaret(d, options.text)
  if (excerpt) lines.push(`  ${excerpt.line}`, `  ${paint(tone, excerpt.caret)}`)
  const expected = (d.expected ?? []).map(visible)
  const more = expected.length - shownExpected
  if (expected.length > 0) {
    const words = expected.slice(0, shownExpected).join(', ')
    lines.push(`  expected ${expected.length > 1 ? 'one of ' : ''}${words}${more > 0 ? ` and ${more} more` : ''}`)
  }
  if (d.nearest !== undefined) lines.push(`  did you mean ${paint(32, `\`${visible(d.nearest)}\``)}?`)
  return lines.join('\n')
}

/** The line that a diagnostic stands on, cut to what fits around it, and the carets under the part that is meant. */
function lineWithCaret(d: Diagnostic, text: string | undefined): { line: string; caret: string } | undefined {
  if (text === undefined) return undefined
  const source = text.startsWith('\ufeff') ? text.slice(1) : text
  const line = source.split(/\r\n|\r|\n/, d.range.line)[d.range.line - 1]
  if (line === undefined || line.trim() === '') return undefined
  const column = d.range.column - 1
  const start = column > shownColumns - 20 ? column - 40 : 0
  const end = d.range.endLine === d.range.line ? d.range.endColumn - 1 : line.length
  const shown = visible(line.slice(start, start + shownColumns).replaceAll('\t', ' '))
  const width = Math.max(1, Math.min(end - column, shown.length - (column - start)))
  return { line: shown, caret: `${' '.repeat(column - start)}${'^'.repeat(width)}` }
}
