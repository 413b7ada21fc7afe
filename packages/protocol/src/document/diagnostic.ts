import type { SourceRange } from '../range.ts'
import type { Document, Path } from './document.ts'
import { holdsSecret } from './sensitive.ts'

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
  /** Set where the line may hold a secret: the line is not to be shown. */
  readonly sensitive?: true
}

/** A fault at a path of a document, before it has a place. */
export interface Fault {
  readonly code: DiagnosticCode
  readonly path: Path
  readonly message: string
  /** Whether the key at the end of `path` is at fault, or its value (the default). */
  readonly on?: 'key' | 'value'
  /** `error` unless said otherwise. */
  readonly severity?: Diagnostic['severity']
  readonly expected?: readonly string[] | undefined
  readonly nearest?: string | undefined
  /** The name that was not found. Such a fault is not judged when what bears the name was taken out for its own fault. */
  readonly names?: string
  /** A part of a text value, in UTF-16 units, when only that part is at fault. */
  readonly part?: { readonly offset: number; readonly length: number }
}

/** Most allowed values that are listed. */
const maxExpected = 100

/** The diagnostic of a fault: the one way to make one, so that places and what may be shown are always right. */
export function diagnostic(document: Pick<Document<unknown>, 'at' | 'keyAt' | 'partAt'>, fault: Fault): Diagnostic {
  const { path, part } = fault
  const range =
    fault.on === 'key'
      ? document.keyAt(path)
      : part
        ? document.partAt(path, part.offset, part.length)
        : document.at(path)
  return {
    severity: fault.severity ?? 'error',
    code: fault.code,
    message: fault.message,
    range,
    ...(fault.expected && fault.expected.length > 0 ? { expected: fault.expected.slice(0, maxExpected) } : {}),
    ...(fault.nearest === undefined ? {} : { nearest: fault.nearest }),
    ...(holdsSecret(path) ? { sensitive: true as const } : {}),
  }
}
