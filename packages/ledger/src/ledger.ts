import type {
  Action,
  ActionSettled,
  ApprovalAnswered,
  ApprovalKind,
  ApprovalRequested,
  ApprovalState,
  ApprovalSubject,
  CounterQuery,
  Counters,
  Decision,
  Draw,
  GrantGiven,
  GrantOffered,
  GrantState,
  GrantTerms,
  Json,
  LedgerRecord,
  Outcome,
  RecordBodies,
  RunStarted,
} from '@ecp/protocol'
import type { Approval } from './approvals.ts'
import type { Grant } from './grants.ts'
import type { Outbox } from './outbox.ts'

/**
 * What opens a run, or joins it when it is there already. `blobs`: digest -> text of what `start` names by digest; for all
 * blobs the digest is the sha-256 of the text.
 */
export interface RunRequest {
  readonly run: string
  readonly at: number
  readonly start: RunStarted
  readonly blobs: ReadonlyMap<string, string>
  readonly joinSince?: number
}
export interface OpenedRun {
  readonly run: string
  readonly startedAt: number
  readonly joined: boolean
}

/** One action on its way to a decision, in one transaction. */
export interface DecideRequest {
  readonly run: string
  /** Who performs it: see {@link Ledger.recover}. */
  readonly owner: string
  readonly at: number
  readonly queries: readonly CounterQuery[]
  /** Whether it may turn out a write: then the transaction is flushed to disk before it answers. */
  readonly durable: boolean
  readonly blobs: ReadonlyMap<string, string>
  /** What people may have said something of. Missing where nobody has to. */
  readonly subject?: ApprovalSubject
  /** What that person is asked. Missing: `hold`. */
  readonly heldAs?: Extract<ApprovalKind, 'hold' | 'question'>
  /** The proposal that a person applies with this action. */
  readonly applied?: string
  /** For what a grant may have been given. Missing where nobody has to approve it. */
  readonly grantable?: GrantPlace
  /**
   * Pure. Called inside the transaction with the counters it asked for, with the newest approval for `subject` and the
   * proposal `applied`, unless they are over, and with the grants for `grantable`; what it returns is appended.
   */
  decide(counters: Counters, approvals: FoundApprovals): DecidedBodies
}
/** Where a grant holds: for actions of this tool, executor and principal, under this policy, in this run. */
export type GrantPlace = Pick<GrantTerms, 'target' | 'executor' | 'principal' | 'policyDigest'> & {
  readonly run: string
}
export interface FoundApprovals {
  /** A hold or a question: pending, approved, or denied and not long ago enough to be asked again. */
  readonly held?: Approval
  /** The same as a proposal: pending or approved. */
  readonly proposed?: Approval
  /** The one that is applied. */
  readonly proposal?: Approval
  /**
   * Grants that may be used, those that end first before the others, with how often records say that they were used. As many
   * as are looked at for one action.
   */
  readonly grants?: readonly Grant[]
}
export interface DecidedBodies {
  readonly decided: RecordBodies['action.decided']
  /** For an allowed write. */
  readonly intended?: RecordBodies['action.intended']
  /** For a proposed one. */
  readonly proposed?: RecordBodies['proposal.made']
  /** What a person is to be asked, for a held or proposed one. */
  readonly requested?: ApprovalRequested
  /** The approvals that an allow stands on: used with it, or not at all. */
  readonly used?: readonly string[]
  /** What came of an allowed action that nothing is performed for: it is never in flight. */
  readonly finished?: Pick<FinishRequest, 'outcome' | 'blob'>
  /** The grant that an allow stands on: used with it, once, or not at all. Who was asked about the action need not answer. */
  readonly granted?: string
}

export interface FinishRequest {
  readonly run: string
  readonly action: string
  readonly at: number
  readonly outcome: Outcome
  /** The large part of the outcome, by digest (`blob` of the record). */
  readonly blob?: { readonly digest: string; readonly text: string }
  /** What was really used of `reserve` draws; what is not named is settled at what was reserved. */
  readonly draws?: readonly Draw[]
}

export interface RunSummary {
  readonly run: string
  readonly start: RunStarted
  readonly startedAt: number
  readonly endedAt?: number
  readonly status: 'running' | string
  readonly actions: number
  readonly denied: number
  readonly inFlight: number
}

/** Runs of one client, and of one principal of it. */
export interface RunQuery {
  readonly client: string
  readonly principal: string
  /** `running`, or the status that a run ended with. */
  readonly status?: string
  /** Only runs that come after this one in the order of the answer. */
  readonly after?: string
  readonly limit: number
}

/** Which approvals are listed: the newest first. */
export interface ApprovalQuery {
  readonly kind?: ApprovalKind
  /**
   * As it was written down: what has expired since may still be `pending` or `approved`, see `stateAt`. `open` is both of
   * these. With a state a page takes as long as it is, however many there are.
   */
  readonly state?: ApprovalState | 'open'
  readonly run?: string
  /** Only those that come after this one in the order of the answer. */
  readonly after?: string
  readonly limit: number
}

/** Runs of all clients. */
export type AllRunsQuery = Omit<RunQuery, 'client' | 'principal'>

/** What was written since a place in the file, by any process. */
export interface LedgerChanges {
  /** The place of the newest record: where the next look begins. */
  readonly last: number
  /** Approvals that something happened to. */
  readonly approvals: readonly string[]
  /** Runs with new records. */
  readonly runs: readonly string[]
  /** Whether the stop switch was moved. */
  readonly switched: boolean
  /** There were too many to be looked at: anything may have changed. */
  readonly more: boolean
}

/** Which grants are listed: the newest first. */
export interface GrantQuery {
  /** As it was written down: what has expired since may still be `offered` or `given`, see `grantStateAt`. */
  readonly state?: GrantState
  /** Only those that come after this one in the order of the answer. */
  readonly after?: string
  readonly limit: number
}

/** Who goes on with a run. `by`: the person who says so. */
export interface ResumeRequest {
  readonly run: string
  readonly at: number
  readonly by: string
  /** The process that carries it from now on. */
  readonly owner: string
  isAlive(owner: string): boolean
}

export type CancelRequest = Omit<ResumeRequest, 'owner'>

/** A run that one process carries from its start to its end, and that has not ended. */
export interface CarriedRun extends RunSummary {
  /** The process that carries it; missing while it is paused. Whether that still lives is not the ledger's to know. */
  readonly owner?: string
  readonly paused?: RecordBodies['run.paused']
}

/** The last that is on record of an action of a run, by its key. */
export interface JournalEntry {
  readonly action: Pick<Action, 'id' | 'kind' | 'target' | 'digest' | 'attempt' | 'executor' | 'principal'>
  readonly decision: Decision
  /** Missing while it is in flight, and where it was not allowed. */
  readonly outcome?: Outcome
  /** Digest of the blob that holds the outcome's result. */
  readonly blob?: string
  readonly settled?: ActionSettled
}

export interface Journal {
  readonly start: RunStarted
  /** By the action's key. */
  readonly actions: ReadonlyMap<string, JournalEntry>
  /** What was appended to the run's chain besides: `journalNote` of each. */
  readonly notes: ReadonlySet<string>
  /** How long it was carried up to its last record, less the time that it waited for people: see `CarriedTime`. */
  readonly carriedMs: number
}

/** An action that was allowed and has no outcome yet. */
export interface InFlightAction {
  readonly run: string
  readonly action: string
  readonly owner: string
  /** A write whose intent is on record. */
  readonly intended: boolean
}

/** An action that was in flight when its process died, now finished as `unknown` (writes) or `failed` (reads). */
export interface Recovered {
  readonly run: string
  readonly action: string
  readonly outcome: Outcome
}

export interface StoredRecord {
  readonly record: LedgerRecord
  readonly hash: string
}

/** A fault that verify found. `seq` names the record in its chain; 0 when the chain as a whole is meant. */
export interface Fault {
  readonly run: string
  readonly seq: number
  readonly code:
    | 'bytes-changed'
    /** The stored hash is not that of the stored bytes, which their successor confirms. */
    | 'hash-mismatch'
    | 'chain-broken'
    | 'record-missing'
    | 'record-inserted'
    | 'run-missing'
    /** A column beside the record (run, place, time, kind, status, ...) says something else than the record. */
    | 'index-changed'
    /** The action's digest is not that of its kind, target and arguments. */
    | 'action-changed'
    | 'blob-changed'
    | 'blob-missing'
    | 'counter-changed'
    | 'signature-wrong'
    | 'decision-differs'
  readonly message: string
}
export interface VerifyOptions {
  /** Only this run's chain and the ledger's; counters, which span runs, are then not compared. */
  readonly run?: string
  /** Decides again from what was recorded; returns the decision's canonical JSON. What it throws is a fault. */
  redecide?(decided: RecordBodies['action.decided'], blob: (digest: string) => string | undefined): string
  /** The only key that checkpoints may be signed with; without it each is checked against the key that it names. */
  readonly publicKey?: string
}
export interface Verification {
  readonly records: number
  readonly runs: number
  readonly decisions: number
  readonly faults: readonly Fault[]
}

/**
 * Append-only records with a hash chain for each run and one for the ledger (ledger.md), counters derived from them, and
 * the blobs that they name. Every method that fails throws `LedgerError`; callers turn that into a deny.
 */
export interface Ledger {
  /**
   * Starts the run, or joins it when a run with this id exists. With `joinSince` it joins, in the same transaction, the
   * newest run of the same client, Context digest and executor that started at or after then and has not ended, so that
   * eight processes that start at once share one run and its budgets. Answers the run's id and its start.
   */
  openRun(request: RunRequest): Promise<OpenedRun>
  /** The run that `openRun` with this `start` and `joinSince` would join, if there is one. Writes nothing. */
  findRun(start: Pick<RunStarted, 'client' | 'context' | 'executor'>, joinSince: number): Promise<string | undefined>
  /** The values that `decide` would read at this time. Writes nothing. */
  counters(queries: readonly CounterQuery[], at: number): Promise<Counters>
  /**
   * Writes the run's end in its chain and in the ledger's, flushed. What is still in flight gets its outcome first, as in
   * {@link recover}. Of a run that has ended already nothing is written.
   */
  endRun(run: string, at: number, status: string, output?: Json): Promise<void>
  /**
   * Goes on with a run that is paused, or whose process is gone, flushed; what that left in flight gets its outcome first. Throws
   * `ledger.run-taken` while another process carries it, `ledger.run-cancelled`, `ledger.run-ended`, `ledger.run-unknown`, and
   * `ledger.invalid` for a run that no one process carries.
   */
  resumeRun(request: ResumeRequest): Promise<void>
  /** Writes down why a run does not go on by itself, flushed. It has not ended. */
  pauseRun(run: string, at: number, body: RecordBodies['run.paused']): Promise<void>
  /**
   * Ends a run as `cancelled`, flushed: at once where nobody carries it. Otherwise nothing more is allowed in it, and the process
   * that carries it, which watches {@link isCancelled}, ends it. Throws as {@link resumeRun} does for a run that has ended.
   */
  cancelRun(request: CancelRequest): Promise<'ended' | 'asked'>
  /** Whether it was told to end. Cheap. */
  isCancelled(run: string): boolean
  /** Writes down what a person says of an action whose outcome is unknown, flushed. Throws `ledger.action-settled`. */
  settleAction(run: string, at: number, body: ActionSettled): Promise<void>
  /** The runs that are carried or paused, the newest first. */
  carriedRuns(): readonly CarriedRun[]
  carriedRun(run: string): CarriedRun | undefined
  /** What is on record of a run's actions, read in one go. Throws `ledger.run-unknown`. */
  journal(run: string): Journal
  /**
   * Reads the counters, decides, appends, reserves: one transaction, shared with other requests of the same turn. What
   * `decide` throws rejects this request alone. An allowed action is in flight until `finish`. `reserve` and `busy` draws
   * are taken for allowed actions only; `count` draws for every decision. `decide` may be called more than once.
   */
  decide(request: DecideRequest): Promise<DecidedBodies>
  /**
   * Appends the outcome and settles the draws. False when the action is not in flight (it has an outcome already, or was
   * not allowed): nothing is written then.
   */
  finish(request: FinishRequest): Promise<boolean>
  /** Appends to the run's chain (or the ledger's, with run ''). */
  append<K extends AppendableKind>(
    run: string,
    at: number,
    kind: K,
    body: RecordBodies[K],
    blobs?: ReadonlyMap<string, string>,
  ): Promise<void>
  /**
   * Writes down a person's answer, flushed. Whose signature it bears is looked at when it is used. Throws
   * `ledger.approval-over` and `ledger.approval-unknown`.
   */
  answerApproval(at: number, answered: ApprovalAnswered): Promise<Approval>
  /** Ends an approval that is not over. Throws as {@link answerApproval} does. */
  cancelApproval(at: number, body: RecordBodies['approval.cancelled']): Promise<Approval>
  /** Writes down which approvals have expired, a thousand at a time. Answers how many. */
  expireApprovals(at: number): Promise<number>
  /** The approval as it was last written down. */
  approval(id: string): Approval | undefined
  /** The newest one for a subject. */
  approvalFor(subject: ApprovalSubject, kind: ApprovalKind): Approval | undefined
  approvals(query: ApprovalQuery): readonly Approval[]
  /** How many approvals are open at a time, by kind; of more than a thousand some may have expired in the last minute. */
  openApprovals(at: number): Readonly<Record<ApprovalKind, number>>
  /** The decision on an action, which holds its arguments. */
  decided(run: string, action: string): RecordBodies['action.decided'] | undefined
  /** What endpoints outside are still to be told of approvals. */
  readonly outbox: Outbox
  /**
   * Writes down a grant that people are to sign, flushed; with `given` the first signature, too. Throws `ledger.invalid` for
   * terms that cannot be given.
   */
  offerGrant(at: number, offered: GrantOffered, given?: GrantGiven): Promise<Grant>
  /**
   * Writes down a signature, flushed. Whose it is is looked at when the grant is used. Throws `ledger.grant-over` and
   * `ledger.grant-unknown`.
   */
  giveGrant(at: number, given: GrantGiven): Promise<Grant>
  /** Ends a grant that is not over: nothing is decided with it from then on. Throws as {@link giveGrant} does. */
  revokeGrant(at: number, body: RecordBodies['grant.revoked']): Promise<Grant>
  /** The grant as it was last written down. */
  grant(id: string): Grant | undefined
  grants(query: GrantQuery): readonly Grant[]
  /** The stop switch: sets or clears bucket `ledger:frozen` and appends host.frozen or host.unfrozen. */
  freeze(at: number, by: string, note?: string): Promise<void>
  unfreeze(at: number, by: string, note?: string): Promise<void>
  /** What is in flight: allowed, and without an outcome yet. Oldest first within a run. */
  inFlight(): readonly InFlightAction[]
  /** Finishes what dead processes left in flight: intended writes as `unknown`, the rest as `failed`. */
  recover(at: number, isAlive: (owner: string) => boolean): Promise<readonly Recovered[]>
  /** Tool pins made on first use: tool -> digest of its definition blob. The newest wins. */
  pins(): Promise<ReadonlyMap<string, string>>
  /** Records of a run's chain ('' for the ledger's) from `from`, in order. */
  records(run: string, from?: number): Iterable<StoredRecord>
  /**
   * When a chain got its first record of this kind with exactly this body, in milliseconds since the epoch; undefined where it has none.
   * Reads no record of another kind.
   */
  notedAt<K extends AppendableKind>(run: string, kind: K, body: RecordBodies[K]): number | undefined
  runs(): readonly RunSummary[]
  /** The newest first. Looks at no other client's runs. Empty where `after` is no run of this client and principal. */
  runsOf(query: RunQuery): readonly RunSummary[]
  /** The newest first. Empty where `after` is no run. */
  allRuns(query: AllRunsQuery): readonly RunSummary[]
  /** One run, if there is one with this id. */
  run(id: string): RunSummary | undefined
  blob(digest: string): string | undefined
  /** What any process has written since `since`, a `last` of before; without it nothing but where that is. Cheap. */
  changes(since?: number): LedgerChanges
  /** The last record of the ledger's own chain; 0 and 64 zeros where there is none. */
  head(): { readonly seq: number; readonly hash: string }
  /**
   * Recomputes chains, hashes, blobs, signatures and counters, and decides again. Reads without a write lock, and answers
   * with faults, not errors, whatever the ledger holds. Tables that are derived from records are compared when the records
   * themselves are sound.
   */
  verify(options?: VerifyOptions): Verification
  /** Signs how far the ledger's chain has come, appends that, flushed, and returns it to be kept elsewhere. */
  checkpoint(at: number): Promise<RecordBodies['checkpoint']>
  close(): void
}

/** The kinds that `append` takes: all that no other method of the ledger writes. */
export type AppendableKind = Exclude<keyof RecordBodies, OwnKind>
export const ownKinds = [
  'run.started',
  'run.ended',
  'run.opened',
  'run.closed',
  'run.resumed',
  'run.paused',
  'run.cancelling',
  'action.settled',
  'action.decided',
  'action.intended',
  'action.finished',
  'host.frozen',
  'host.unfrozen',
  'checkpoint',
  'approval.requested',
  'approval.answered',
  'approval.expired',
  'approval.cancelled',
  'approval.used',
  'grant.offered',
  'grant.given',
  'grant.revoked',
  'grant.used',
] as const satisfies readonly (keyof RecordBodies)[]
type OwnKind = (typeof ownKinds)[number]

/** The bucket that the stop switch fills. */
export const frozenBucket = 'ledger:frozen'

/** The bucket that is not 0 once a run was told to end: the fact `run.cancelled` of its decisions. */
export const cancelledBucket = (run: string): string =>
  `run:${run.replaceAll('%', '%25').replaceAll(':', '%3A')}:cancelled`
