import type { KeyObject } from 'node:crypto'
import { resolve } from 'node:path'
import {
  type ActionSettled,
  type ApprovalAnswered,
  type ApprovalKind,
  type ApprovalSubject,
  type CounterQuery,
  type Counters,
  type GrantGiven,
  type GrantOffered,
  type Json,
  ledgerChain,
  type RecordBodies,
  type RunStarted,
} from '@ecp/protocol'
import { applyFinished, applySwitch } from '../accounting.ts'
import type { Approval, ApprovalEvent } from '../approvals.ts'
import { signCheckpoint, signingKey } from '../checkpoint.ts'
import { LedgerError } from '../error.ts'
import type { Grant, GrantEvent } from '../grants.ts'
import {
  type AllRunsQuery,
  type AppendableKind,
  type ApprovalQuery,
  type CancelRequest,
  type CarriedRun,
  cancelledBucket,
  type DecidedBodies,
  type DecideRequest,
  type FinishRequest,
  type GrantQuery,
  type InFlightAction,
  type Journal,
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
} from '../ledger.ts'
import type { Outbox } from '../outbox.ts'
import { draft } from '../record.ts'
import { checkDraws, checkGrant, checkKind, checkNewRun, checkQueries, checkTime } from '../request.ts'
import { expireIn } from './approvals.ts'
import { Batches } from './batches.ts'
import { cancelIn, pauseIn, resumeIn, settleIn } from './carrying.ts'
import { openReading, openWriting } from './connection.ts'
import { decideIn, readCounters } from './decide.ts'
import { endIn } from './end.ts'
import { interruptAll } from './interrupt.ts'
import { SqliteOutbox } from './outbox.ts'
import { Reading } from './reading.ts'
import { sameFile } from './same-file.ts'
import type { Database } from './sqlite.ts'
import { Statements } from './statements.ts'
import { realTimers, type Timers } from './timers.ts'
import type { Chain, Transaction } from './transaction.ts'
import { verifyFile } from './verify.ts'

export interface SqliteLedgerOptions {
  /** Made, with its folders, when it is not there. */
  readonly file: string
  /** Reads and verifies without a write lock, also where nothing can be written; whatever writes is refused. */
  readonly readOnly?: boolean
  /** The key that checkpoints are signed with; made on first use. Default: beside the file, with `.key` added. */
  readonly keyFile?: string
  readonly timers?: Timers
}

/**
 * Opens the ledger in an SQLite file, which several processes may have open at once. Throws `ledger.damaged` for a file
 * that is not a ledger, `ledger.version` for one of another format, `ledger.unavailable` where it cannot be opened.
 */
export function openSqliteLedger(options: SqliteLedgerOptions): Ledger {
  const path = resolve(options.file)
  const keyFile = options.keyFile ?? `${path}.key`
  if (options.readOnly) return new SqliteLedger(path, keyFile, openReading(path))
  return new SqliteLedger(path, keyFile, openWriting(path), options.timers ?? realTimers)
}

class SqliteLedger implements Ledger {
  readonly #file: string
  readonly #database: Database
  readonly #batches: Batches | undefined
  readonly #reading: Reading
  readonly outbox: Outbox
  readonly #keyFile: string
  #key: KeyObject | undefined
  #closed = false

  /** Without `timers` the ledger is for reading only. */
  constructor(file: string, keyFile: string, database: Database, timers?: Timers) {
    this.#file = file
    this.#keyFile = keyFile
    this.#database = database
    const statements = new Statements(database)
    this.#reading = new Reading(file, statements)
    this.#batches = timers && new Batches(file, statements, timers, sameFile(file))
    this.outbox = new SqliteOutbox({ file, statements, submit: (run) => this.#submit(false, run) })
  }

  async openRun({ run, at, start, blobs, joinSince }: RunRequest): Promise<OpenedRun> {
    checkNewRun(run)
    checkTime(at)
    const started = draft(at, 'run.started', start)
    const identity = identityOf(start)
    // What one process carries, whoever asked for it is told of as taken: it outlives the machine.
    return this.#submit(start.owner !== undefined, (transaction) => {
      if (transaction.find(run)) {
        const { startedAt } = transaction.open(run)
        return { run, startedAt: startedAt ?? at, joined: true }
      }
      const found = joinSince === undefined ? undefined : transaction.running(identity, joinSince)
      if (found) return { ...found, joined: true }
      transaction.addBlobs(blobs)
      const first = transaction.append(transaction.start(run, at, identity), started)
      transaction.append(ledgerOf(transaction), draft(at, 'run.opened', { run, first: first.hash }))
      return { run, startedAt: at, joined: false }
    })
  }

  findRun(start: Pick<RunStarted, 'client' | 'context' | 'executor'>, joinSince: number): Promise<string | undefined> {
    return this.#submit(false, (transaction) => transaction.running(identityOf(start), joinSince)?.run)
  }

  async counters(queries: readonly CounterQuery[], at: number): Promise<Counters> {
    checkTime(at)
    checkQueries(queries)
    return this.#submit(false, (transaction) => readCounters(transaction, queries, at))
  }

  async endRun(run: string, at: number, status: string, output?: Json): Promise<void> {
    checkTime(at)
    const ended = draft(at, 'run.ended', output === undefined ? { status } : { status, output })
    await this.#submit(true, (transaction) => {
      const chain = transaction.find(run)
      if (chain !== undefined && chain.endedAt !== null) return
      endIn(transaction, transaction.open(run), ended, status)
    })
  }

  resumeRun(request: ResumeRequest): Promise<void> {
    return this.#submit(true, (transaction) => {
      checkTime(request.at)
      resumeIn(transaction, request)
    })
  }

  pauseRun(run: string, at: number, body: RecordBodies['run.paused']): Promise<void> {
    return this.#submit(true, (transaction) => {
      checkTime(at)
      pauseIn(transaction, run, at, body)
    })
  }

  cancelRun(request: CancelRequest): Promise<'ended' | 'asked'> {
    return this.#submit(true, (transaction) => {
      checkTime(request.at)
      return cancelIn(transaction, request)
    })
  }

  isCancelled(run: string): boolean {
    return this.#reading.isDrawn(cancelledBucket(run))
  }

  settleAction(run: string, at: number, body: ActionSettled): Promise<void> {
    return this.#submit(true, (transaction) => {
      checkTime(at)
      settleIn(transaction, run, at, body)
    })
  }

  carriedRuns(): readonly CarriedRun[] {
    return this.#reading.carriedRuns()
  }

  carriedRun(run: string): CarriedRun | undefined {
    return this.#reading.carriedRun(run)
  }

  journal(run: string): Journal {
    return this.#reading.journal(run)
  }

  async decide(request: DecideRequest): Promise<DecidedBodies> {
    const { at, queries, durable } = request
    checkTime(at)
    checkQueries(queries)
    return this.#submit(durable, (transaction) => decideIn(transaction, request))
  }

  async finish({ run, action, at, outcome, blob, draws }: FinishRequest): Promise<boolean> {
    checkTime(at)
    checkDraws(draws ?? [])
    const body: RecordBodies['action.finished'] = {
      action,
      outcome,
      ...(blob && { blob: blob.digest }),
      ...(draws && { draws }),
    }
    const finished = draft(at, 'action.finished', body)
    return this.#submit(false, (transaction) => {
      const held = transaction.held(run, action)
      if (held === undefined) return false
      const chain = transaction.open(run)
      if (blob) transaction.addBlobs([[blob.digest, blob.text]])
      transaction.append(chain, finished)
      transaction.removeInFlight(run, action)
      applyFinished(transaction.buckets, at, held, draws)
      return true
    })
  }

  async append<K extends AppendableKind>(
    run: string,
    at: number,
    kind: K,
    body: RecordBodies[K],
    blobs: ReadonlyMap<string, string> = new Map(),
  ): Promise<void> {
    checkTime(at)
    checkKind(kind)
    const entry = draft(at, kind, body)
    await this.#submit(false, (transaction) => {
      const chain = transaction.open(run)
      transaction.addBlobs(blobs)
      transaction.append(chain, entry)
    })
  }

  answerApproval(at: number, body: ApprovalAnswered): Promise<Approval> {
    return this.#tell(at, { kind: 'approval.answered', body })
  }

  cancelApproval(at: number, body: RecordBodies['approval.cancelled']): Promise<Approval> {
    return this.#tell(at, { kind: 'approval.cancelled', body })
  }

  async expireApprovals(at: number): Promise<number> {
    checkTime(at)
    const over = this.#reading.expiredApprovals(at, mostExpired)
    if (over.length === 0) return 0
    return this.#submit(false, (transaction) => expireIn(transaction, at, over))
  }

  approval(id: string): Approval | undefined {
    return this.#reading.approval(id)
  }

  approvalFor(subject: ApprovalSubject, kind: ApprovalKind): Approval | undefined {
    return this.#reading.approvalFor(subject, kind)
  }

  approvals(query: ApprovalQuery): readonly Approval[] {
    return this.#reading.approvals(query)
  }

  openApprovals(at: number): Readonly<Record<ApprovalKind, number>> {
    return this.#reading.openApprovals(at)
  }

  decided(run: string, action: string): RecordBodies['action.decided'] | undefined {
    return this.#reading.decided(run, action)
  }

  changes(since?: number): LedgerChanges {
    return this.#reading.changes(since)
  }

  head(): { readonly seq: number; readonly hash: string } {
    return this.#reading.head()
  }

  offerGrant(at: number, offered: GrantOffered, given?: GrantGiven): Promise<Grant> {
    return this.#submit(true, (transaction) => {
      checkTime(at)
      checkGrant(offered.terms)
      const grant = transaction.tellGrant(at, { kind: 'grant.offered', body: offered })
      return given ? transaction.tellGrant(at, { kind: 'grant.given', body: given }) : grant
    })
  }

  giveGrant(at: number, body: GrantGiven): Promise<Grant> {
    return this.#tellGrant(at, { kind: 'grant.given', body })
  }

  revokeGrant(at: number, body: RecordBodies['grant.revoked']): Promise<Grant> {
    return this.#tellGrant(at, { kind: 'grant.revoked', body })
  }

  grant(id: string): Grant | undefined {
    return this.#reading.grant(id)
  }

  grants(query: GrantQuery): readonly Grant[] {
    return this.#reading.grants(query)
  }

  freeze(at: number, by: string, note?: string): Promise<void> {
    return this.#switch(at, 'host.frozen', note === undefined ? { by } : { by, note })
  }

  unfreeze(at: number, by: string, note?: string): Promise<void> {
    return this.#switch(at, 'host.unfrozen', note === undefined ? { by } : { by, note })
  }

  inFlight(): readonly InFlightAction[] {
    return this.#reading.inFlight()
  }

  recover(at: number, isAlive: (owner: string) => boolean): Promise<readonly Recovered[]> {
    return this.#submit(true, (transaction) => {
      checkTime(at)
      const dead = transaction.allInFlight().filter(({ owner }) => !isAlive(owner))
      return interruptAll(transaction, at, dead)
    })
  }

  async pins(): Promise<ReadonlyMap<string, string>> {
    return this.#reading.pins()
  }

  records(run: string, from = 1): Iterable<StoredRecord> {
    return this.#reading.records(run, from)
  }

  notedAt<K extends AppendableKind>(run: string, kind: K, body: RecordBodies[K]): number | undefined {
    return this.#reading.notedAt(run, kind, body)
  }

  runs(): readonly RunSummary[] {
    return this.#reading.runs()
  }

  runsOf(query: RunQuery): readonly RunSummary[] {
    return this.#reading.runsOf(query)
  }

  allRuns(query: AllRunsQuery): readonly RunSummary[] {
    return this.#reading.allRuns(query)
  }

  run(id: string): RunSummary | undefined {
    return this.#reading.run(id)
  }

  blob(digest: string): string | undefined {
    return this.#reading.blob(digest)
  }

  verify(options: VerifyOptions = {}): Verification {
    return verifyFile(this.#file, options)
  }

  checkpoint(at: number): Promise<RecordBodies['checkpoint']> {
    return this.#submit(true, (transaction) => {
      checkTime(at)
      const chain = ledgerOf(transaction)
      this.#key ??= signingKey(this.#keyFile)
      const body = signCheckpoint(chain.seq, chain.hash, this.#key)
      transaction.append(chain, draft(at, 'checkpoint', body))
      return body
    })
  }

  close(): void {
    if (this.#closed) return
    this.#batches?.drain()
    this.#closed = true
    this.#database.close()
  }

  #tell(at: number, event: ApprovalEvent): Promise<Approval> {
    return this.#submit(true, (transaction) => {
      checkTime(at)
      return transaction.tell(at, event)
    })
  }

  #tellGrant(at: number, event: GrantEvent): Promise<Grant> {
    return this.#submit(true, (transaction) => {
      checkTime(at)
      return transaction.tellGrant(at, event)
    })
  }

  #switch<K extends 'host.frozen' | 'host.unfrozen'>(at: number, kind: K, body: RecordBodies[K]): Promise<void> {
    return this.#submit(true, (transaction) => {
      checkTime(at)
      transaction.append(ledgerOf(transaction), draft(at, kind, body))
      applySwitch(transaction.buckets, at, kind)
    })
  }

  async #submit<T>(durable: boolean, run: (transaction: Transaction) => T): Promise<T> {
    if (this.#closed) throw new LedgerError('ledger.closed', `ledger \`${this.#file}\` is closed`)
    if (!this.#batches) throw new LedgerError('ledger.unavailable', `ledger \`${this.#file}\` is open for reading only`)
    return this.#batches.submit(durable, run)
  }
}

function ledgerOf(transaction: Transaction): Chain {
  return transaction.open(ledgerChain)
}

/** How many are written down in one go. */
const mostExpired = 1_000

function identityOf({ client, context, executor }: Pick<RunStarted, 'client' | 'context' | 'executor'>) {
  return { client, context: context.digest, executor }
}
