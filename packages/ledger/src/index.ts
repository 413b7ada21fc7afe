export { digestOf, sha256 } from './digest.ts'
export { LedgerError, type LedgerErrorCode } from './error.ts'
export {
  type DecidedBodies,
  type DecideRequest,
  type Fault,
  type FinishRequest,
  frozenBucket,
  type Ledger,
  type OpenedRun,
  type Recovered,
  type RunRequest,
  type RunSummary,
  type StoredRecord,
  type Verification,
} from './ledger.ts'
