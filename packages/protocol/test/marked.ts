import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SourceRange } from '../src/index.ts'

/** A sample document of this folder. */
export function sample(file: string): string {
  return readFileSync(join(import.meta.dirname, 'samples', file), 'utf8')
}

/** A text whose part between « and » is where a fault is expected: the text without them, and that place. */
export function marked(text: string, file: string): { readonly text: string; readonly range: SourceRange } {
  const start = text.indexOf('«')
  const end = text.indexOf('»')
  if (start < 0 || end < start) throw new TypeError(`no « » in ${text}`)
  const clean = text.replace(/[«»]/g, '')
  const from = position(clean, start)
  const to = position(clean, end - 1)
  return { text: clean, range: { file, ...from, endLine: to.line, endColumn: to.column } }
}

function position(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}

/** A sample with one part replaced; fails when the part is not there. */
export function edited(text: string, part: string, by: string): string {
  if (!text.includes(part)) throw new TypeError(`the sample has no \`${part}\``)
  return text.replace(part, () => by)
}
