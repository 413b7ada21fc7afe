import { canonical, type LedgerRecord, type RecordBodies } from '@ecp/protocol'
import {
  applyCancelling,
  applyDecided,
  applyFinished,
  applySwitch,
  type Books,
  type Bucket,
  type Drawn,
  emptyBucket,
  type Reservation,
} from '../accounting.ts'
import { type Approval, type ApprovalEvent, afterEvent } from '../approvals.ts'
import { afterGrantEvent, type Grant, type GrantEvent } from '../grants.ts'
import type { Fault } from '../ledger.ts'
import type { Faults } from './faults.ts'

/** An action in flight, as the records say. */
export interface ReplayedAction {
  readonly since: number
  readonly digest: string
  readonly held: readonly Reservation[]
  intended: boolean
}

/** A run's totals, as the records say. */
export interface ReplayedRun {
  client: unknown
  context: unknown
  executor: unknown
  startedAt: number | null
  endedAt: number | null
  status: unknown
  actions: number
  denied: number
}

/** Names an action in the maps below. A run's id holds no NUL. */
export const actionKey = (run: string, action: string): string => `${run}\0${action}`

/** Does over again, from the records alone, what the ledger did to its tables. */
export class Replay implements Books {
  readonly buckets = new Map<string, Bucket>()
  readonly inFlight = new Map<string, ReplayedAction>()
  readonly runs = new Map<string, ReplayedRun>()
  readonly approvals = new Map<string, Approval>()
  readonly grants = new Map<string, Grant>()
  /** Actions whose outcome nobody knows, and nobody has said. */
  readonly #unknown = new Set<string>()
  /** Decisions that stand on a grant which the records do not say. */
  readonly grantFaults: Fault[] = []
  readonly #faults: Faults
  /** Which actions used which grant. */
  readonly #uses = new Set<string>()
  readonly #onDrawn: (bucket: string, drawn: Drawn) => void

  /** `onDrawn` hears of every entry that a bucket's history must have, in order. */
  constructor(faults: Faults, onDrawn: (bucket: string, drawn: Drawn) => void) {
    this.#faults = faults
    this.#onDrawn = onDrawn
  }

  take({ run, seq, at, kind, body }: LedgerRecord): void {
    const totals = this.#run(run)
    switch (kind) {
      case 'run.started':
        totals.client = body.client
        totals.context = body.context.digest
        totals.executor = body.executor
        totals.startedAt = at
        break
      case 'run.ended':
        totals.endedAt = at
        totals.status = body.status
        break
      case 'action.decided': {
        const { action, decision } = body
        const key = actionKey(run, action.id)
        totals.actions++
        if (decision.effect === 'deny') totals.denied++
        const held = applyDecided(this, at, body)
        this.#granted(run, seq, body)
        if (decision.effect === 'allow') {
          if (this.inFlight.has(key)) {
            this.#faults.add(run, seq, 'record-inserted', `action \`${action.id}\` was allowed while it was in flight`)
          }
          this.inFlight.set(key, { since: at, digest: action.digest, held, intended: false })
        }
        break
      }
      case 'action.intended': {
        const action = this.inFlight.get(actionKey(run, body.action))
        if (action?.digest !== body.digest) {
          this.#faults.add(run, seq, 'record-inserted', `intent of \`${body.action}\`, which was not allowed like that`)
        } else action.intended = true
        break
      }
      case 'action.finished': {
        const key = actionKey(run, body.action)
        const action = this.inFlight.get(key)
        if (action === undefined) {
          this.#faults.add(run, seq, 'record-inserted', `outcome of \`${body.action}\`, which was not in flight`)
        }
        this.inFlight.delete(key)
        applyFinished(this, body.lived ?? at, action?.held ?? [], body.draws)
        if (body.outcome.status === 'unknown') this.#unknown.add(key)
        break
      }
      case 'action.settled':
        if (!this.#unknown.delete(actionKey(run, body.action))) {
          this.#faults.add(
            run,
            seq,
            'record-inserted',
            `\`${body.action}\` was settled, and its outcome was not unknown`,
          )
        }
        break
      case 'run.resumed':
        totals.status = null
        break
      case 'run.paused':
        totals.status = body.status
        break
      case 'run.cancelling':
        applyCancelling(this, at, run)
        break
      case 'approval.requested':
      case 'approval.answered':
      case 'approval.expired':
      case 'approval.cancelled':
      case 'approval.used':
        this.#approval(run, seq, at, { kind, body } as ApprovalEvent) // reason: the pair is a record's
        break
      case 'grant.offered':
      case 'grant.given':
      case 'grant.revoked':
      case 'grant.used':
        this.#grant(run, seq, at, { kind, body } as GrantEvent) // reason: the pair is a record's
        break
      case 'host.frozen':
      case 'host.unfrozen':
        applySwitch(this, at, kind)
        break
      default:
    }
  }

  bucket(name: string): Bucket {
    return this.buckets.get(name) ?? emptyBucket
  }

  put(name: string, bucket: Bucket, drawn?: Drawn): void {
    this.buckets.set(name, bucket)
    if (drawn) this.#onDrawn(name, drawn)
  }

  #approval(run: string, seq: number, at: number, event: ApprovalEvent): void {
    const { approval } = event.body
    try {
      this.approvals.set(approval, afterEvent(this.approvals.get(approval), at, event))
    } catch (error) {
      this.#faults.add(run, seq, 'record-inserted', (error as Error).message) // reason: afterEvent throws LedgerError
    }
  }

  #grant(run: string, seq: number, at: number, event: GrantEvent): void {
    const { grant } = event.body
    try {
      this.grants.set(grant, afterGrantEvent(this.grants.get(grant), at, event))
      if (event.kind === 'grant.used') this.#uses.add(actionKey(event.body.run, event.body.action) + grant)
    } catch (error) {
      this.#faults.add(run, seq, 'record-inserted', (error as Error).message) // reason: afterGrantEvent throws LedgerError
    }
  }

  /**
   * A decision that stands on a grant must have used it: the grant as it was given, and no other. Kept apart, because where a
   * record of a grant is wrong, what stands on it looks wrong, too.
   */
  #granted(run: string, seq: number, { action, decision, answers = [] }: RecordBodies['action.decided']): void {
    for (const answer of answers) {
      if (answer.kind !== 'grant' || decision.effect !== 'allow') continue
      const { id, terms } = answer
      const given = this.grants.get(id)
      if (given === undefined || canonical(given.terms) !== canonical(terms)) {
        const message = `grant \`${id}\`, which the action stands on, was never given like that`
        this.grantFaults.push({ run, seq, code: 'record-inserted', message })
      } else if (!this.#uses.has(actionKey(run, action.id) + id)) {
        const message = `action \`${action.id}\` stands on grant \`${id}\`, and no record says that it used it`
        this.grantFaults.push({ run, seq, code: 'record-missing', message })
      }
    }
  }

  #run(run: string): ReplayedRun {
    const known = this.runs.get(run)
    if (known) return known
    const added: ReplayedRun = {
      client: null,
      context: null,
      executor: null,
      startedAt: null,
      endedAt: null,
      status: null,
      actions: 0,
      denied: 0,
    }
    this.runs.set(run, added)
    return added
  }
}
