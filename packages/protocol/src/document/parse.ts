import type { z } from 'zod'
import { type Diagnostic, diagnostic, type Fault } from './diagnostic.ts'
import type { Document } from './document.ts'
import { type Explain, faultsOf } from './issues.ts'
import { located } from './located.ts'
import { prune } from './prune.ts'
import { read } from './read.ts'
import { find, plainValue, type Tree, treeOf } from './tree.ts'

/** What reading a document gave: the document, unless an error stands among the diagnostics. */
export interface Parsed<T> {
  readonly document?: Document<T>
  readonly diagnostics: readonly Diagnostic[]
}

/** One kind of document: its schema, what its schema cannot say, and better words for faults that have a known cause. */
export interface Kind<T> {
  readonly schema: z.ZodType<T>
  check(document: Document<T>): Iterable<Fault>
  readonly explain: Explain
  /** What takes the place of root keys that must be there, so that the rest can be checked when they are at fault. */
  readonly standIns: Readonly<Record<string, unknown>>
}

/** Most diagnostics of one document. */
const maxDiagnostics = 200

/** Reads a document and checks it; every fault at once, in the order of the text. Never throws. */
export function parse<T>(kind: Kind<T>, text: string, file: string): Parsed<T> {
  const { source, tree, diagnostics } = read(text, file)
  if (!tree) return { diagnostics }

  const value = plainValue(tree)
  const result = kind.schema.safeParse(value)
  if (result.success) {
    const document = located(file, source, tree, result.data)
    for (const fault of first(kind.check(document))) diagnostics.push(diagnostic(document, fault))
    const failed = diagnostics.some(({ severity }) => severity === 'error')
    return failed ? { diagnostics: inOrder(diagnostics) } : { document, diagnostics: inOrder(diagnostics) }
  }

  const written = located(file, source, tree, value)
  for (const fault of faultsOf(kind.schema, value, result.error.issues, maxDiagnostics)) {
    diagnostics.push(diagnostic(written, { ...fault, ...kind.explain(fault, value) }))
  }
  // With so many faults nobody misses those behind them, and finding them would cost as much again.
  if (diagnostics.length < maxDiagnostics) diagnostics.push(...checkRest(kind, file, source, tree))
  return { diagnostics: inOrder(diagnostics) }
}

/**
 * Checks what is left of a document when its faulty parts are taken out, so that a misspelt key does not hide a broken
 * condition. What is only missing because it was taken out is not said again.
 */
function checkRest<T>(kind: Kind<T>, file: string, source: string, tree: Tree): Diagnostic[] {
  const pruned = prune(kind.schema, tree, mapOf(kind.standIns))
  if (!pruned) return []
  const document = located(file, source, tree, pruned.value)
  return first(kind.check(document))
    .filter(({ names }) => names === undefined || !pruned.words.has(names))
    .filter(({ code, path }) => code !== 'missing-key' || !pruned.owners.has(find(tree, path.slice(0, -1)).node))
    .map((fault) => diagnostic(document, fault))
}

/** As many faults as are ever shown: the rest is not even looked for. Warnings never end the search for an error. */
function first(faults: Iterable<Fault>): Fault[] {
  const errors: Fault[] = []
  const warnings: Fault[] = []
  for (const fault of faults) {
    if (fault.severity === 'warning') {
      if (warnings.length <= maxDiagnostics) warnings.push(fault)
    } else if (errors.push(fault) > maxDiagnostics) break
  }
  return [...errors, ...warnings]
}

function mapOf(values: Readonly<Record<string, unknown>>): Record<string, Tree> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, treeOf(value, [0, 0])]))
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
  const last = sorted[maxDiagnostics]
  if (!last) return sorted
  const shown = sorted.slice(0, maxDiagnostics)
  const severity = sorted.some((d) => d.severity === 'error') ? 'error' : 'warning'
  const message = `more than ${maxDiagnostics} faults; the rest is not shown`
  return [...shown, { severity, code: 'bound', message, range: last.range }]
}
