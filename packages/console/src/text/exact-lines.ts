import type { DifferenceLine, Json } from '@ecp/protocol'

export interface Segment {
  readonly text: string
  /** `name` and `string` are kept apart from what stands beside them, so that no direction of writing swaps them. */
  readonly role: 'plain' | 'name' | 'string' | 'value'
}

/** A line of something that is shown exactly. */
export interface ExactLine {
  readonly kind: 'plain' | DifferenceLine['kind']
  readonly segments: readonly Segment[]
}

/** JSON over several lines, exactly: what differs in it differs here. */
export function jsonLines(value: Json): readonly ExactLine[] {
  return JSON.stringify(value, null, 2)
    .split('\n')
    .map((line) => ({ kind: 'plain', segments: segmentsOf(line).filter(({ text }) => text !== '') }))
}

/** Of one line as `JSON.stringify` breaks them: a name, a value or a bracket, or a name and its value. */
function segmentsOf(line: string): readonly Segment[] {
  const start = line.search(/\S|$/)
  const indent: Segment = { text: line.slice(0, start), role: 'plain' }
  if (line[start] !== '"') return [indent, ...valueIn(line.slice(start))]
  const end = endOfString(line, start)
  if (!line.startsWith(': ', end)) return [indent, ...valueIn(line.slice(start))]
  return [
    indent,
    { text: line.slice(start, end), role: 'name' },
    { text: ': ', role: 'plain' },
    ...valueIn(line.slice(end + 2)),
  ]
}

function valueIn(text: string): readonly Segment[] {
  const rest = text.endsWith(',') ? ',' : ''
  const value = text.slice(0, text.length - rest.length)
  const role = value.startsWith('"') ? 'string' : /^[\w-]/.test(value) ? 'value' : 'plain'
  return [
    { text: value, role },
    { text: rest, role: 'plain' },
  ]
}

/** Behind the quotation mark that ends it. No pattern: a string can be a million characters long. */
function endOfString(line: string, start: number): number {
  let at = start + 1
  while (at < line.length && line[at] !== '"') at += line[at] === '\\' ? 2 : 1
  return at + 1
}

export function differenceLines(lines: readonly DifferenceLine[]): readonly ExactLine[] {
  return lines.map(({ kind, text }) => ({ kind, segments: [{ text, role: 'string' }] }))
}

/** Text as it was said, line by line. */
export function textLines(text: string): readonly ExactLine[] {
  return text.split('\n').map((line) => ({ kind: 'plain', segments: [{ text: line, role: 'string' }] }))
}
