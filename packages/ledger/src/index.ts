export { allApprovals } from './all-approvals.ts'
export { type Answered, type Approval, endOf, stateAt } from './approvals.ts'
export { isSignedBy } from './checkpoint.ts'
export { digestOf, sha256 } from './digest.ts'
export { LedgerError, type LedgerErrorCode } from './error.ts'
export { type Giver, type Grant, grantStateAt } from './grants.ts'
export { journalNote } from './journal.ts'
export {
  type AllRunsQuery,
  type AppendableKind,
  type ApprovalQuery,
  type CancelRequest,
  type CarriedRun,
  cancelledBucket,
  type DecidedBodies,
  type DecideRequest,
  type Fault,
  type FinishRequest,
  type FoundApprovals,
  frozenBucket,
  type GrantPlace,
  type GrantQuery,
  type InFlightAction,
  type Journal,
  type JournalEntry,
  type Ledger,
  type LedgerChanges,
  type OpenedRun,
  type Recovered,
  type ResumeRequest,
  type RunQuery,
  type RunRequest,
  type RunSummary,
  type StoredRecord,
  type Verification,
  type VerifyOptions,
} from './ledger.ts'
export type { LeftOut, Letter, Outbox, Subscription } from './outbox.ts'
export { openSqliteLedger, type SqliteLedgerOptions } from './sqlite/ledger.ts'
export { busy, type Database, resultCode, sqlite } from './sqlite/sqlite.ts'
export { realTimers, type Timers } from './sqlite/timers.ts'
export { type RecordedAction, type RecordedNote, type RecordedRun, recordedRun } from './trace/recorded-run.ts'
export { resultWords } from './trace/result-words.ts'
export { traceJson } from './trace/trace-json.ts'
