import type { DiagnosticCode } from '../document/diagnostic.ts'
import type { Path } from '../document/document.ts'
import { nearest } from '../document/nearest.ts'
import { quote, typeOf } from '../document/quote.ts'
import { loops } from './cost.ts'
import { type Form, formOf, keywords, schemaTypes } from './keywords.ts'
import { patternProblem } from './pattern.ts'
import { resolve } from './resolve.ts'

/** Most subschemas of one schema, and the deepest nesting. */
export const maxSubschemas = 2_000
export const maxSchemaDepth = 32
const dialects = ['https://json-schema.org/draft/2020-12/schema']

/** Something in a JSON Schema that is wrong, or that cannot be evaluated within bounds. */
export interface SchemaProblem {
  readonly code: Extract<DiagnosticCode, 'schema' | 'pattern' | 'bound' | 'unknown-key' | 'reference'>
  /** From the root of the schema. */
  readonly path: Path
  readonly on?: 'key'
  readonly message: string
  readonly expected?: readonly string[]
  readonly nearest?: string | undefined
}

/**
 * Everything that keeps a schema (JSON Schema 2020-12) from being taken: unknown keywords, wrong values, references that
 * leave it, patterns that need backtracking, and more than it may cost. Empty when there is nothing.
 */
export function schemaProblems(schema: unknown): SchemaProblem[] {
  const problems: SchemaProblem[] = []
  const places = new Map<unknown, Path>()
  const references: { readonly text: string; readonly path: Path }[] = []
  let count = 0

  const visit = (node: unknown, path: Path, depth: number): void => {
    if (typeof node === 'boolean') return
    if (typeof node !== 'object' || node === null || Array.isArray(node)) {
      const message = `a schema must be a mapping, true or false, found ${typeOf(node)}`
      problems.push({ code: 'schema', path, message })
      return
    }
    if (++count > maxSubschemas || depth > maxSchemaDepth) {
      const over = depth > maxSchemaDepth ? `${maxSchemaDepth} levels deep` : `${maxSubschemas} subschemas`
      if (!problems.some(({ code }) => code === 'bound')) {
        problems.push({ code: 'bound', path, message: `the schema has more than ${over}` })
      }
      return
    }
    places.set(node, path)
    for (const [keyword, value] of Object.entries(node)) keywordOf(keyword, value, [...path, keyword], depth)
  }

  const keywordOf = (keyword: string, value: unknown, path: Path, depth: number): void => {
    const form = formOf(keyword)
    if (form === undefined) {
      if (keyword === '_meta' || keyword.startsWith('x-')) return
      problems.push(unknownKeyword(keyword, path))
      return
    }
    const wrong = misfit(form, value)
    if (wrong) {
      problems.push({ code: 'schema', path, message: `\`${keyword}\` must be ${wrong}, found ${typeOf(value)}` })
      return
    }
    if (form === 'schema') visit(value, path, depth + 1)
    else if (form === 'schemas' && Array.isArray(value)) {
      for (const [i, item] of value.entries()) visit(item, [...path, i], depth + 1)
    } else if (form === 'schemas-by-name' || form === 'schemas-by-pattern') {
      for (const [name, item] of Object.entries(Object(value))) {
        if (form === 'schemas-by-pattern') problems.push(...patternProblems(name, [...path, name], 'key'))
        visit(item, [...path, name], depth + 1)
      }
    } else if (form === 'pattern') problems.push(...patternProblems(String(value), path))
    else if (form === 'type') problems.push(...typeProblems(value, path))
    else if (form === 'reference') references.push({ text: String(value), path })
    else if (form === 'dialect' && !dialects.includes(String(value).replace(/#$/, ''))) {
      problems.push({ code: 'schema', path, message: `dialect ${quote(value)} is not supported`, expected: dialects })
    }
  }

  visit(schema, [], 0)
  let resolved = true
  for (const { text, path } of references) {
    if (places.has(resolve(schema, text)) || typeof resolve(schema, text) === 'boolean') continue
    resolved = false
    const message = text.startsWith('#')
      ? `${quote(text)} leads to no schema inside this one`
      : `${quote(text)} leads out of this document`
    problems.push({
      code: 'reference',
      path,
      message,
      expected: ['a reference inside this schema such as #/$defs/Name'],
    })
  }
  if (problems.length === 0 && resolved) problems.push(...loops(schema, places))
  return problems
}

function unknownKeyword(keyword: string, path: Path): SchemaProblem {
  const known = Object.keys(keywords)
  const message = `unknown keyword ${quote(keyword)} in a JSON Schema`
  return { code: 'unknown-key', path, on: 'key', message, nearest: nearest(keyword, known) }
}

/** What a keyword's value must be, when it is not. */
function misfit(form: Form, value: unknown): string | undefined {
  switch (form) {
    case 'schemas':
      return Array.isArray(value) && value.length > 0 ? undefined : 'a list of schemas'
    case 'schemas-by-name':
    case 'schemas-by-pattern':
      return typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : 'a mapping of schemas'
    case 'texts':
      return Array.isArray(value) && value.every((item) => typeof item === 'string') ? undefined : 'a list of names'
    case 'list':
      return Array.isArray(value) && value.length > 0 ? undefined : 'a list of values'
    case 'text':
    case 'pattern':
    case 'reference':
    case 'dialect':
      return typeof value === 'string' ? undefined : 'text'
    case 'count':
      return Number.isSafeInteger(value) && Number(value) >= 0 ? undefined : 'a whole number of at least 0'
    case 'number':
      return typeof value === 'number' ? undefined : 'a number'
    case 'flag':
      return typeof value === 'boolean' ? undefined : 'true or false'
    case 'schema':
    case 'type':
    case 'data':
      return undefined
  }
}

function typeProblems(value: unknown, path: Path): SchemaProblem[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  return list.flatMap((type, i): SchemaProblem[] => {
    if (schemaTypes.some((known) => known === type)) return []
    const at = Array.isArray(value) ? [...path, i] : path
    const message = `\`type\` cannot be ${typeof type === 'string' ? quote(type) : typeOf(type)}`
    return [{ code: 'schema', path: at, message, expected: schemaTypes, nearest: nearest(String(type), schemaTypes) }]
  })
}

function patternProblems(source: string, path: Path, on?: 'key'): SchemaProblem[] {
  const problem = patternProblem(source)
  if (problem === undefined) return []
  return [{ code: 'pattern', path, ...(on ? { on } : {}), message: `pattern ${quote(source)}: ${problem}` }]
}
