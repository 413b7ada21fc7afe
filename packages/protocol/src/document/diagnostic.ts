import type { SourceRange } from '../range.ts'

export const diagnosticCodes = [
  'syntax',
  'unknown-key',
  'missing-key',
  'wrong-type',
  'wrong-value',
  'duplicate',
  'reference',
  'expression',
  'condition',
  'pattern',
  'schema',
  'bound',
  'schedule',
  'unsupported',
  'layer',
  'advice',
] as const
export type DiagnosticCode = (typeof diagnosticCodes)[number]

/** One fault of a document (or, as a warning, one thing worth knowing), with its place. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning'
  readonly code: DiagnosticCode
  /** Lower case, no full stop; names the offending value in backticks. */
  readonly message: string
  readonly range: SourceRange
  /** What would have been right: allowed values, or a description of the form. */
  readonly expected?: readonly string[]
  /** The nearest right name, where one is near. */
  readonly nearest?: string
}
