export type LedgerErrorCode =
  /** The file cannot be reached: read-only, removed, replaced, an I/O error. */
  | 'ledger.unavailable'
  /** The file is not a ledger, or its content cannot be read. */
  | 'ledger.damaged'
  /** No room left on the disk. Nothing was written; it works again when there is room. */
  | 'ledger.full'
  /** Another process held the ledger for longer than the bound. */
  | 'ledger.busy'
  /** Written by another version of the format. */
  | 'ledger.version'
  | 'ledger.closed'
  /** No run with this id was opened. */
  | 'ledger.run-unknown'
  /** The run has ended: nothing is added to it. */
  | 'ledger.run-ended'
  /** Another process carries the run. */
  | 'ledger.run-taken'
  /** The run was told to end. */
  | 'ledger.run-cancelled'
  /** The action's outcome is known, or there is no such action: nothing can be said of it. */
  | 'ledger.action-settled'
  /** No approval with this id. */
  | 'ledger.approval-unknown'
  /** The approval was answered, used, cancelled or has expired: nothing more comes of it. */
  | 'ledger.approval-over'
  /** No grant with this id. */
  | 'ledger.grant-unknown'
  /** The grant is spent, revoked or has expired, or this was said already: nothing more comes of it. */
  | 'ledger.grant-over'
  /** The caller's mistake: a request that contradicts itself or what is on record. Only that request fails. */
  | 'ledger.invalid'

/** What a ledger throws. Whoever asks it on the way to a decision turns this into a deny (`ledger.unavailable`). */
export class LedgerError extends Error {
  readonly code: LedgerErrorCode
  constructor(code: LedgerErrorCode, message: string) {
    super(message)
    this.name = 'LedgerError'
    this.code = code
  }
}
