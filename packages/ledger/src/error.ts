export type LedgerErrorCode =
  | 'ledger.unavailable'
  | 'ledger.damaged'
  | 'ledger.full'
  | 'ledger.busy'
  | 'ledger.version'
  | 'ledger.closed'

/** What a ledger throws. Whoever asks it on the way to a decision turns this into a deny (`ledger.unavailable`). */
export class LedgerError extends Error {
  readonly code: LedgerErrorCode
  constructor(code: LedgerErrorCode, message: string) {
    super(message)
    this.name = 'LedgerError'
    this.code = code
  }
}
