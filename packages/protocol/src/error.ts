export type ProtocolErrorCode =
  | 'json.not-canonical'
  | 'condition.invalid'
  | 'pattern.invalid'
  | 'context.no-entry-point'

/** What this package throws for a value it cannot take. Documents never throw: their faults are diagnostics. */
export class ProtocolError extends Error {
  readonly code: ProtocolErrorCode
  constructor(code: ProtocolErrorCode, message: string) {
    super(message)
    this.name = 'ProtocolError'
    this.code = code
  }
}
