import {
  type ApprovalKind,
  type ApprovalSubject,
  canonical,
  type LedgerRecord,
  ledgerChain,
  type RecordBodies,
  type RunStarted,
} from '@ecp/protocol'
import type { Approval } from '../approvals.ts'
import { sha256 } from '../digest.ts'
import { LedgerError } from '../error.ts'
import type { Grant } from '../grants.ts'
import { journalOf } from '../journal.ts'
import type {
  AllRunsQuery,
  AppendableKind,
  ApprovalQuery,
  CarriedRun,
  GrantQuery,
  InFlightAction,
  Journal,
  LedgerChanges,
  RunQuery,
  RunSummary,
  StoredRecord,
} from '../ledger.ts'
import { parseRecord } from '../record.ts'
import { number, text } from './row.ts'
import { ledgerError } from './sqlite.ts'
import type { Statements } from './statements.ts'
import { approvalIn, carrierIn, grantIn } from './transaction.ts'

/** More records than this are not looked at one by one. */
const mostChanges = 1_000
const mostCounted = 1_000
const beyondAll = { at: Number.MAX_SAFE_INTEGER, place: Number.MAX_SAFE_INTEGER }

/** What is read outside of transactions: what was last committed, by any process. */
export class Reading {
  readonly #file: string
  readonly #statements: Statements
  constructor(file: string, statements: Statements) {
    this.#file = file
    this.#statements = statements
  }

  /** Page by page: a statement left open between turns would keep this connection from writing. */
  *records(run: string, from: number): Generator<StoredRecord> {
    let next = from
    for (;;) {
      const page = this.#read(() =>
        this.#statements
          .get('records')
          .all(run, next)
          .map((row) => ({ record: this.#parse(text(row, 'bytes')), hash: text(row, 'hash') })),
      )
      yield* page
      const last = page.at(-1)
      if (last === undefined) return
      next = last.record.seq + 1
    }
  }

  notedAt<K extends AppendableKind>(run: string, kind: K, body: RecordBodies[K]): number | undefined {
    const wanted = canonical(body)
    return this.#read(() => {
      for (const row of this.#statements.get('ofKind').iterate(run, kind)) {
        const record = this.#parse(text(row, 'bytes'))
        if (canonical(record.body) === wanted) return record.at
      }
      return undefined
    })
  }

  pins(): ReadonlyMap<string, string> {
    return this.#read(() => {
      const pins = new Map<string, string>()
      for (const row of this.#statements.get('pins').iterate()) {
        const { kind, run, body } = this.#parse(text(row, 'bytes'))
        if (kind === 'tool.pinned' && run === ledgerChain) pins.set(body.tool, body.definition)
      }
      return pins
    })
  }

  runs(): readonly RunSummary[] {
    return this.#read(() =>
      this.#statements
        .get('runs')
        .all()
        .map((row) => this.#summary(row)),
    )
  }

  runsOf({ client, principal, status, after, limit }: RunQuery): readonly RunSummary[] {
    if (after !== undefined) {
      const start = this.run(after)?.start
      if (start?.client !== client || start.principal !== principal) return []
    }
    const query = { client, principal, status: status ?? null, after: after ?? null, limit }
    return this.#read(() =>
      this.#statements
        .get('runsOf')
        .all(query)
        .map((row) => this.#summary(row)),
    )
  }

  allRuns({ status, after, limit }: AllRunsQuery): readonly RunSummary[] {
    const query = { status: status ?? null, after: after ?? null, limit }
    return this.#read(() =>
      this.#statements
        .get('allRuns')
        .all(query)
        .map((row) => this.#summary(row)),
    )
  }

  run(id: string): RunSummary | undefined {
    return this.#read(() => {
      const row = this.#statements.get('oneRun').get(id)
      return row && this.#summary(row)
    })
  }

  carriedRuns(): readonly CarriedRun[] {
    return this.#read(() =>
      this.#statements
        .get('carriedRuns')
        .all()
        .map((row) => this.#carried(this.#summary(row))),
    )
  }

  carriedRun(id: string): CarriedRun | undefined {
    const summary = this.run(id)
    if (summary?.start.owner === undefined || summary.endedAt !== undefined) return undefined
    return this.#read(() => this.#carried(summary))
  }

  journal(run: string): Journal {
    return this.#read(() => {
      const rows = this.#statements.get('journal').iterate(run)
      return journalOf(
        run,
        rows.map((row) => this.#parse(text(row, 'bytes'))),
      )
    })
  }

  /** Whether anything was ever drawn from a bucket. */
  isDrawn(bucket: string): boolean {
    const row = this.#read(() => this.#statements.get('bucket').get(bucket))
    return row !== undefined && number(row, 'total') > 0
  }

  inFlight(): readonly InFlightAction[] {
    return this.#read(() =>
      this.#statements
        .get('actions')
        .all()
        .map((row) => ({
          run: text(row, 'run'),
          action: text(row, 'action'),
          owner: text(row, 'owner'),
          intended: number(row, 'intended') === 1,
        })),
    )
  }

  approval(id: string): Approval | undefined {
    return this.#read(() => approvalIn(this.#statements.get('approval').get(id)))
  }

  approvalFor({ digest, run, executor, principal, policyDigest }: ApprovalSubject, kind: ApprovalKind) {
    const found = this.#statements.get('approvalsOf')
    return this.#read(() => approvalIn(found.get(digest, run, executor, principal, policyDigest, kind)))
  }

  approvals({ kind, state, run, after, limit }: ApprovalQuery): readonly Approval[] {
    return this.#read(() => {
      const from = after === undefined ? undefined : this.#statements.get('approvalPlace').get(after)
      if (after !== undefined && from === undefined) return []
      const place = from ? { at: number(from, 'requested_at'), place: number(from, 'place') } : beyondAll
      const wanted = { kind: kind ?? null, limit, ...place }
      const all = (name: 'approvals' | 'approvalsOpen' | 'approvalsOfState' | 'approvalsOfRun', more = {}) =>
        this.#statements.get(name).all({ ...wanted, ...more })
      const rows =
        run !== undefined
          ? all('approvalsOfRun', { run, state: state ?? null })
          : state === undefined
            ? all('approvals')
            : state === 'open'
              ? all('approvalsOpen')
              : all('approvalsOfState', { state })
      return rows.flatMap((row) => approvalIn(row) ?? [])
    })
  }

  openApprovals(at: number): Readonly<Record<ApprovalKind, number>> {
    return this.#read(() => {
      const counts = countsIn(this.#statements.get('openCounts').all())
      // Which of very many have expired is written down within a minute; to find out sooner each would have to be read.
      return counts.hold + counts.proposal + counts.question > mostCounted
        ? counts
        : countsIn(this.#statements.get('openCountsAt').all(at))
    })
  }

  changes(since: number | undefined): LedgerChanges {
    return this.#read(() => {
      const nothing = { approvals: [], runs: [], switched: false, more: false }
      if (since === undefined) return { ...nothing, last: this.#last() }
      const rows = this.#statements.get('changes').all(since, mostChanges + 1)
      if (rows.length > mostChanges) return { ...nothing, switched: true, more: true, last: this.#last() }
      const named = (column: string) => [...new Set(rows.map((row) => row[column]))]
      return {
        last: Math.max(since, ...rows.map((row) => number(row, 'id'))),
        approvals: named('approval').filter((id): id is string => typeof id === 'string'),
        runs: named('run').filter((run): run is string => typeof run === 'string' && run !== ledgerChain),
        switched: rows.some(({ kind }) => kind === 'host.frozen' || kind === 'host.unfrozen'),
        more: false,
      }
    })
  }

  head(): { readonly seq: number; readonly hash: string } {
    const row = this.#read(() => this.#statements.get('chain').get(ledgerChain))
    return row ? { seq: number(row, 'seq'), hash: text(row, 'hash') } : { seq: 0, hash: '0'.repeat(64) }
  }

  decided(run: string, action: string): RecordBodies['action.decided'] | undefined {
    const row = this.#read(() => this.#statements.get('decided').get(run, action))
    if (row === undefined) return undefined
    const { kind, body } = this.#parse(text(row, 'bytes'))
    // What is edited in the file need not be what its columns say.
    return kind === 'action.decided' ? (body as RecordBodies['action.decided']) : undefined // reason: `kind` says so, and the narrowing is lost in the destructuring
  }

  /** Ids of those that time has ended and that stand as open. */
  expiredApprovals(at: number, limit: number): readonly string[] {
    const rows = () => this.#statements.get('expiredApprovals').all({ at, limit })
    return this.#read(() => rows().map((row) => text(row, 'id')))
  }

  grant(id: string): Grant | undefined {
    return this.#read(() => grantIn(this.#statements.get('grant').get(id)))
  }

  grants({ state, after, limit }: GrantQuery): readonly Grant[] {
    const rows = () => this.#statements.get('grants').all({ state: state ?? null, after: after ?? null, limit })
    return this.#read(() => rows().flatMap((row) => grantIn(row) ?? []))
  }

  /** Throws `ledger.damaged` when the text is no longer the one that its digest names. */
  blob(digest: string): string | undefined {
    const row = this.#read(() => this.#statements.get('blob').get(digest))
    if (row === undefined) return undefined
    const content = text(row, 'text')
    if (sha256(content) !== digest) throw new LedgerError('ledger.damaged', `blob \`${digest}\` has another content`)
    return content
  }

  #carried(summary: RunSummary): CarriedRun {
    const last = carrierIn(this.#statements.get('carrier').get(summary.run))
    if (last === undefined) return summary
    if (last.kind === 'run.paused') return { ...summary, paused: last.body }
    const { owner } = last.body
    return owner === undefined ? summary : { ...summary, owner }
  }

  #last(): number {
    return number(this.#statements.get('last').get() ?? {}, 'last')
  }

  #summary(row: Readonly<Record<string, unknown>>): RunSummary {
    return {
      run: text(row, 'run'),
      start: this.#start(text(row, 'bytes')),
      startedAt: number(row, 'started_at'),
      ...(row.ended_at !== null && { endedAt: number(row, 'ended_at') }),
      status: row.status === null ? 'running' : text(row, 'status'),
      actions: number(row, 'actions'),
      denied: number(row, 'denied'),
      inFlight: number(row, 'in_flight'),
    }
  }

  #start(bytes: string): RunStarted {
    const { kind, body } = this.#parse(bytes)
    if (kind !== 'run.started')
      throw new LedgerError('ledger.damaged', `a run begins with a record of kind \`${kind}\``)
    return body as RecordBodies['run.started'] // reason: `kind` says so, and the narrowing is lost in the destructuring
  }

  #parse(bytes: string): LedgerRecord {
    try {
      return parseRecord(bytes)
    } catch {
      throw new LedgerError(
        'ledger.damaged',
        `a record of \`${this.#file}\` is not JSON; \`ecp trace verify\` says which`,
      )
    }
  }

  #read<T>(read: () => T): T {
    try {
      return read()
    } catch (error) {
      throw ledgerError(error, this.#file)
    }
  }
}

function countsIn(rows: readonly Readonly<Record<string, unknown>>[]): Record<ApprovalKind, number> {
  const counts = { hold: 0, proposal: 0, question: 0 }
  for (const row of rows) {
    const kind = text(row, 'kind')
    if (kind === 'hold' || kind === 'proposal' || kind === 'question') counts[kind] = number(row, 'n')
  }
  return counts
}
