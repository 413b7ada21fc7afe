import { type ApprovalKind, type ApprovalSubject, canonical, type LedgerRecord, ledgerChain } from '@ecp/protocol'
import type { Reservation } from '../accounting.ts'
import { type Approval, type ApprovalEvent, afterEvent } from '../approvals.ts'
import { sha256 } from '../digest.ts'
import { LedgerError } from '../error.ts'
import { afterGrantEvent, type Grant, type GrantEvent } from '../grants.ts'
import type { GrantPlace } from '../ledger.ts'
import { type Draft, draft, firstPrevious, parseRecord, type SealedRecord, seal } from '../record.ts'
import { Buckets } from './buckets.ts'
import { number, text } from './row.ts'
import type { Statements } from './statements.ts'

/** A chain's head and its run's totals, as the transaction has made them. */
export interface Chain {
  readonly run: string
  seq: number
  hash: string
  startedAt: number | null
  endedAt: number | null
  status: string | null
  actions: number
  denied: number
  /** Whether it has a row yet. */
  stored: boolean
  identity?: { readonly client: string; readonly context: string; readonly executor: string }
}

/** An action that was allowed and has no outcome yet. */
export interface InFlight {
  readonly run: string
  readonly action: string
  readonly owner: string
  /** A write whose intent was recorded. */
  readonly intended: boolean
  readonly held: readonly Reservation[]
}

/**
 * What one BEGIN IMMEDIATE reads and changes. Heads of chains and buckets are read once and written once, by `save`; after
 * a commit it serves the next transaction, as long as nobody else writes.
 */
export class Transaction {
  readonly buckets: Buckets
  readonly newBlobs: string[] = []
  /** Whether anything was written: then what throws takes the whole transaction back. */
  dirty = false
  readonly #statements: Statements
  readonly #knownBlobs: ReadonlySet<string>
  readonly #chains = new Map<string, Chain>()
  readonly #changed = new Set<Chain>()

  constructor(statements: Statements, knownBlobs: ReadonlySet<string>) {
    this.#statements = statements
    this.#knownBlobs = knownBlobs
    this.buckets = new Buckets(statements)
  }

  /** How many chains and buckets it has in memory. */
  get size(): number {
    return this.#chains.size + this.buckets.size
  }

  /** The chain of a run ('' for the ledger's), or undefined when there is none. */
  find(run: string): Chain | undefined {
    const known = this.#chains.get(run)
    if (known) return known
    const row = this.#statements.get('chain').get(run)
    if (row === undefined && run !== ledgerChain) return undefined
    const chain: Chain = {
      run,
      seq: row ? number(row, 'seq') : 0,
      hash: row ? text(row, 'hash') : firstPrevious,
      startedAt: typeof row?.started_at === 'number' ? row.started_at : null,
      endedAt: typeof row?.ended_at === 'number' ? row.ended_at : null,
      status: typeof row?.status === 'string' ? row.status : null,
      actions: row ? number(row, 'actions') : 0,
      denied: row ? number(row, 'denied') : 0,
      stored: row !== undefined,
    }
    this.#chains.set(run, chain)
    return chain
  }

  /** The chain of a run that goes on. Throws `ledger.run-unknown` and `ledger.run-ended`. */
  open(run: string): Chain {
    const chain = this.find(run)
    if (chain === undefined) throw new LedgerError('ledger.run-unknown', `no run \`${run}\` in this ledger`)
    if (chain.endedAt !== null) throw new LedgerError('ledger.run-ended', `run \`${run}\` has ended`)
    return chain
  }

  start(run: string, at: number, identity: NonNullable<Chain['identity']>): Chain {
    const chain: Chain = {
      run,
      seq: 0,
      hash: firstPrevious,
      startedAt: at,
      endedAt: null,
      status: null,
      actions: 0,
      denied: 0,
      stored: false,
      identity,
    }
    this.#chains.set(run, chain)
    return chain
  }

  /** The newest run with this identity that started at or after `since` and goes on. */
  running(identity: NonNullable<Chain['identity']>, since: number): { run: string; startedAt: number } | undefined {
    // Runs that this very transaction started have no row yet.
    this.#saveChains()
    const { client, context, executor } = identity
    const row = this.#statements.get('running').get(client, context, executor, since)
    return row && { run: text(row, 'run'), startedAt: number(row, 'started_at') }
  }

  /** When a chain was last written to; undefined where it is empty. Milliseconds since the epoch. */
  lastAt({ run, seq }: Chain): number | undefined {
    const row = this.#statements.get('recordAt').get(run, seq)
    return row && number(row, 'at')
  }

  /** The last record of who carries a run. Throws `ledger.damaged`. */
  carrier(run: string): Carrier | undefined {
    return carrierIn(this.#statements.get('carrier').get(run))
  }

  /** The last word on what came of an action. Throws `ledger.damaged`. */
  outcome(run: string, action: string): LedgerRecord | undefined {
    const row = this.#statements.get('outcome').get(run, action)
    return row && parsed(text(row, 'bytes'))
  }

  append(chain: Chain, entry: Draft): SealedRecord {
    this.dirty = true
    const sealed = seal(entry, chain.run, chain.seq + 1, chain.hash)
    const { run, seq, at, kind, bytes, hash } = sealed
    this.#statements.get('addRecord').run(run, seq, at, kind, bytes, hash)
    chain.seq = seq
    chain.hash = hash
    this.#changed.add(chain)
    return sealed
  }

  /** Stores texts under their sha-256. Throws `ledger.invalid` when a digest is not its text's. */
  addBlobs(blobs: Iterable<readonly [digest: string, text: string]>): void {
    for (const [digest, content] of blobs) {
      if (this.#knownBlobs.has(digest)) continue
      if (sha256(content) !== digest) {
        throw new LedgerError('ledger.invalid', `blob \`${digest}\` is not the sha-256 of its text`)
      }
      this.dirty = true
      this.#statements.get('addBlob').run(digest, content)
      this.newBlobs.push(digest)
    }
  }

  /** What the action holds while it is in flight; undefined when it is not. */
  held(run: string, action: string): readonly Reservation[] | undefined {
    const row = this.#statements.get('action').get(run, action)
    return row && parseHeld(text(row, 'held'))
  }

  addInFlight({ run, action, owner, intended, held }: InFlight, since: number): void {
    this.dirty = true
    this.#statements.get('addAction').run(run, action, owner, intended ? 1 : 0, since, canonical(held))
  }

  removeInFlight(run: string, action: string): void {
    this.dirty = true
    this.#statements.get('removeAction').run(run, action)
  }

  /** What is in flight, of one run or of all. */
  allInFlight(run?: string): readonly InFlight[] {
    const rows = run === undefined ? this.#statements.get('actions').all() : this.#statements.get('actionsOf').all(run)
    return rows.map((row) => ({
      run: text(row, 'run'),
      action: text(row, 'action'),
      owner: text(row, 'owner'),
      intended: number(row, 'intended') === 1,
      held: parseHeld(text(row, 'held')),
    }))
  }

  approval(id: string): Approval | undefined {
    return approvalIn(this.#statements.get('approval').get(id))
  }

  /** Whether a record says that it was used, whatever the table of approvals says. */
  isUsed(approval: string): boolean {
    return this.#statements.get('used').get(approval) !== undefined
  }

  /** The newest one for a subject, whatever has become of it. */
  approvalFor(subject: ApprovalSubject, kind: ApprovalKind): Approval | undefined {
    const { digest, run, executor, principal, policyDigest } = subject
    return approvalIn(this.#statements.get('approvalsOf').get(digest, run, executor, principal, policyDigest, kind))
  }

  /** Writes down what has happened to an approval. Throws `ledger.approval-over` and `ledger.approval-unknown`. */
  tell(at: number, event: ApprovalEvent): Approval {
    const after = afterEvent(this.approval(event.body.approval), at, event)
    this.append(this.open(ledgerChain), draft(at, event.kind, event.body))
    const { approval, kind, state, run, executor, principal, digest, policyDigest, requestedAt } = after
    const columns = [approval, kind, state, run, executor, principal, digest, policyDigest, requestedAt] as const
    this.#statements.get('putApproval').run(...columns, canonical(after))
    return after
  }

  grant(id: string): Grant | undefined {
    return grantIn(this.#statements.get('grant').get(id))
  }

  /**
   * Grants that may be used here. How often each was used, and whether it was revoked, is the records' to say: the table is only
   * read from them.
   */
  grantsFor({ target, executor, principal, policyDigest, run }: GrantPlace, at: number): readonly Grant[] {
    const rows = this.#statements.get('grantsFor').all(target, executor, principal, policyDigest, at, run, mostGrants)
    return rows.flatMap((row) => {
      const grant = grantIn(row)
      if (!grant || this.#statements.get('grantEnd').get(grant.grant) !== undefined) return []
      const used = Math.max(grant.used, number(this.#statements.get('grantUses').get(grant.grant) ?? {}, 'n'))
      return used < grant.terms.uses ? [{ ...grant, used }] : []
    })
  }

  /** Writes down what has happened to a grant. Throws `ledger.grant-over` and `ledger.grant-unknown`. */
  tellGrant(at: number, event: GrantEvent): Grant {
    const after = afterGrantEvent(this.grant(event.body.grant), at, event)
    this.append(this.open(ledgerChain), draft(at, event.kind, event.body))
    const { grant, state, offeredAt, terms } = after
    const { target, executor, principal, policyDigest, run = '', until } = terms
    const columns = [grant, state, target, executor, principal, policyDigest, run, until, offeredAt] as const
    this.#statements.get('putGrant').run(...columns, canonical(after))
    return after
  }

  save(): void {
    this.#saveChains()
    this.buckets.save()
  }

  #saveChains(): void {
    for (const chain of this.#changed) {
      const { run, seq, hash, identity, startedAt, endedAt, status, actions, denied } = chain
      if (!chain.stored) {
        const { client = null, context = null, executor = null } = identity ?? {}
        this.#statements.get('addChain').run(run, seq, hash, client, context, executor, startedAt)
        chain.stored = true
      }
      this.#statements.get('setChain').run(seq, hash, endedAt, status, actions, denied, run)
    }
    this.#changed.clear()
  }
}

/** Who carries a run, or why nobody does. */
export type Carrier = Extract<LedgerRecord, { kind: 'run.started' | 'run.resumed' | 'run.paused' }>

export function carrierIn(row: Record<string, unknown> | undefined): Carrier | undefined {
  const record = row && parsed(text(row, 'bytes'))
  if (record === undefined) return undefined
  const { kind } = record
  if (kind === 'run.started' || kind === 'run.resumed' || kind === 'run.paused') return record
  throw new LedgerError('ledger.damaged', 'a record is not of the kind that its column says')
}

function parsed(bytes: string): LedgerRecord {
  try {
    return parseRecord(bytes)
  } catch {
    throw new LedgerError('ledger.damaged', 'a record is not JSON; `ecp trace verify` says which')
  }
}

/** The approval in a row. Throws `ledger.damaged`. */
export function approvalIn(row: Record<string, unknown> | undefined): Approval | undefined {
  if (row === undefined) return undefined
  try {
    return JSON.parse(text(row, 'value')) as Approval // reason: written by `tell`; verify compares it with the records
  } catch {
    throw new LedgerError('ledger.damaged', 'an approval cannot be read')
  }
}

/** As many grants are looked at for one action. */
const mostGrants = 50

/** The grant in a row. Throws `ledger.damaged`. */
export function grantIn(row: Record<string, unknown> | undefined): Grant | undefined {
  if (row === undefined) return undefined
  try {
    return JSON.parse(text(row, 'value')) as Grant // reason: written by `tellGrant`; verify compares it with the records
  } catch {
    throw new LedgerError('ledger.damaged', 'a grant cannot be read')
  }
}

function parseHeld(held: string): readonly Reservation[] {
  try {
    return JSON.parse(held) as readonly Reservation[] // reason: written by addInFlight; verify compares it with the records
  } catch {
    throw new LedgerError('ledger.damaged', 'what an action in flight holds cannot be read')
  }
}
