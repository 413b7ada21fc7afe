import type { z } from 'zod'
import { type Diagnostic, diagnostic, type Fault } from './diagnostic.ts'
import type { Document } from './document.ts'
import { type Explain, faultsOf } from './issues.ts'
import { located } from './located.ts'
import { prune } from './prune.ts'
import { read } from './read.ts'
import { find, plainValue, type Tree } from './tree.ts'

/** What reading a document gave: the document, unless an error stands among the diagnostics. */
export interface Parsed<T> {
  readonly document?: Document<T>
  readonly diagnostics: readonly Diagnostic[]
}

/** One kind of document: its schema, what its schema cannot say, and better words for faults that have a known cause. */
export interface Kind<T> {
  readonly schema: z.ZodType<T>
  check(document: Document<T>): readonly Fault[]
  readonly explain: Explain
}

/** Most diagnostics of one document; what is beyond is counted. */
const maxDiagnostics = 200

/** Reads a document and checks it; every fault at once, in the order of the text. Never throws. */
export function parse<T>(kind: Kind<T>, text: string, file: string): Parsed<T> {
  const { source, tree, diagnostics } = read(text, file)
  if (!tree) return { diagnostics }

  const value = plainValue(tree)
  const result = kind.schema.safeParse(value)
  if (result.success) {
    const document = located(file, source, tree, result.data)
    for (const fault of kind.check(document)) diagnostics.push(diagnostic(document, fault))
    const sorted = inOrder(diagnostics)
    return sorted.some((d) => d.severity === 'error') ? { diagnostics: sorted } : { document, diagnostics: sorted }
  }

  const written = located(file, source, tree, value)
  for (const fault of faultsOf(kind.schema, value, result.error.issues.slice(0, maxDiagnostics))) {
    diagnostics.push(diagnostic(written, { ...fault, ...kind.explain(fault, value) }))
  }
  for (const found of checkRest(kind, file, source, tree)) diagnostics.push(found)
  return { diagnostics: inOrder(diagnostics) }
}

/**
 * Checks what is left of a document when its faulty parts are taken out, so that a misspelt key does not hide a broken
 * condition. What is only missing because it was taken out is not said again.
 */
function checkRest<T>(kind: Kind<T>, file: string, source: string, tree: Tree): Diagnostic[] {
  const pruned = prune(kind.schema, tree)
  if (!pruned) return []
  const document = located(file, source, tree, pruned.value)
  return kind
    .check(document)
    .filter(({ names }) => names === undefined || !pruned.words.has(names))
    .filter(({ code, path }) => code !== 'missing-key' || !pruned.owners.has(find(tree, path.slice(0, -1)).node))
    .map((fault) => diagnostic(document, fault))
}

function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const sorted = diagnostics
    .toSorted((a, b) => a.range.line - b.range.line || a.range.column - b.range.column)
    .filter((d, i, all) => {
      const before = all[i - 1]
      return (
        !before ||
        before.message !== d.message ||
        before.range.line !== d.range.line ||
        before.range.column !== d.range.column
      )
    })
  const rest = sorted.length - maxDiagnostics
  const last = sorted[maxDiagnostics]
  if (rest <= 0 || !last) return sorted
  const shown = sorted.slice(0, maxDiagnostics)
  return [
    ...shown,
    { severity: 'error', code: 'bound', message: `${rest} more faults are not shown`, range: last.range },
  ]
}
