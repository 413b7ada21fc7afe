import type { ActionSettled, RecordBodies } from '@ecp/protocol'
import { applyCancelling } from '../accounting.ts'
import { LedgerError } from '../error.ts'
import { type CancelRequest, cancelledBucket, type ResumeRequest } from '../ledger.ts'
import { draft } from '../record.ts'
import { invalid } from '../request.ts'
import { endIn } from './end.ts'
import { interruptAll } from './interrupt.ts'
import type { Chain, Transaction } from './transaction.ts'

// Who carries a run stands in its records: whoever started or resumed it, until it is paused.

/** The process goes on with the run, unless another one does. */
export function resumeIn(transaction: Transaction, { run, at, by, owner, isAlive }: ResumeRequest): void {
  const chain = transaction.open(run)
  const before = carriedBy(transaction, chain)
  if (before !== undefined && isAlive(before)) {
    throw new LedgerError('ledger.run-taken', `run \`${run}\` goes on in another process (\`${before}\`)`)
  }
  if (isCancelledIn(transaction, run)) {
    throw new LedgerError('ledger.run-cancelled', `run \`${run}\` was cancelled; \`ecp cancel ${run}\` ends it`)
  }
  interruptDead(transaction, at, run, isAlive)
  transaction.append(chain, draft(at, 'run.resumed', { by, owner }))
  chain.status = null
}

export function pauseIn(transaction: Transaction, run: string, at: number, body: RecordBodies['run.paused']): void {
  const chain = transaction.open(run)
  transaction.append(chain, draft(at, 'run.paused', body))
  chain.status = body.status
}

export function cancelIn(transaction: Transaction, { run, at, by, isAlive }: CancelRequest): 'ended' | 'asked' {
  const chain = transaction.open(run)
  const owner = carriedBy(transaction, chain)
  if (!isCancelledIn(transaction, run)) {
    transaction.append(chain, draft(at, 'run.cancelling', { by }))
    applyCancelling(transaction.buckets, at, run)
  }
  if (owner !== undefined && isAlive(owner)) return 'asked'
  interruptDead(transaction, at, run, isAlive)
  endIn(transaction, chain, draft(at, 'run.ended', { status: 'cancelled', output: `cancelled by ${by}` }), 'cancelled')
  return 'ended'
}

/** What a person says of a write that nobody knows the outcome of, once. */
export function settleIn(transaction: Transaction, run: string, at: number, body: ActionSettled): void {
  const chain = transaction.open(run)
  const last = transaction.outcome(run, body.action)
  if (last?.kind === 'action.finished' && last.body.outcome.status === 'unknown') {
    transaction.append(chain, draft(at, 'action.settled', body))
    return
  }
  const why =
    last?.kind === 'action.settled'
      ? `was settled already by \`${last.body.by}\` as \`${last.body.as}\``
      : last?.kind === 'action.finished'
        ? `is \`${last.body.outcome.status}\`, not unknown`
        : `has no outcome in run \`${run}\``
  throw new LedgerError('ledger.action-settled', `action \`${body.action}\` ${why}`)
}

function carriedBy(transaction: Transaction, { run }: Chain): string | undefined {
  const last = transaction.carrier(run)
  if (last?.kind === 'run.paused') return undefined
  const owner = last?.body.owner
  if (owner === undefined) throw invalid(`run \`${run}\` is no run of \`ecp run\`: whoever is connected carries it on`)
  return owner
}

function isCancelledIn({ buckets }: Transaction, run: string): boolean {
  return buckets.bucket(cancelledBucket(run)).total > 0
}

function interruptDead(transaction: Transaction, at: number, run: string, isAlive: (owner: string) => boolean): void {
  const dead = transaction.allInFlight(run).filter(({ owner }) => !isAlive(owner))
  interruptAll(transaction, at, dead)
}
