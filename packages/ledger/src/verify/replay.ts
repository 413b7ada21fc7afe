import type { LedgerRecord } from '@ecp/protocol'
import {
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
  readonly #faults: Faults
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
        applyFinished(this, at, action?.held ?? [], body.draws)
        break
      }
      case 'approval.requested':
      case 'approval.answered':
      case 'approval.expired':
      case 'approval.cancelled':
      case 'approval.used':
        this.#approval(run, seq, at, { kind, body } as ApprovalEvent) // reason: the pair is a record's
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
