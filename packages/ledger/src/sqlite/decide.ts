import type { CounterQuery, Counters } from '@ecp/protocol'
import { applyDecided, applyFinished } from '../accounting.ts'
import type { DecidedBodies, DecideRequest } from '../ledger.ts'
import { draft } from '../record.ts'
import { checkDecided, invalid } from '../request.ts'
import { approvalsOf, useGrant } from './approvals.ts'
import type { Transaction } from './transaction.ts'

/** Reads, decides, appends and reserves, all in this transaction. */
export function decideIn(transaction: Transaction, request: DecideRequest): DecidedBodies {
  const { run, at, owner, queries, blobs } = request
  const chain = transaction.open(run)
  const found = approvalsOf(transaction, request)
  const bodies = request.decide(readCounters(transaction, queries, at), found)
  checkDecided(request, bodies)
  const { decided, intended, proposed, requested, used = [], granted, finished } = bodies
  const action = decided.action.id
  const allowed = decided.decision.effect === 'allow'
  if (allowed && transaction.held(run, action)) throw invalid(`action \`${action}\` is in flight already`)
  const drafts = [draft(at, 'action.decided', decided)]
  if (proposed) drafts.push(draft(at, 'proposal.made', proposed))
  if (intended) drafts.push(draft(at, 'action.intended', intended))

  transaction.addBlobs(blobs)
  for (const approval of used) {
    transaction.tell(at, { kind: 'approval.used', body: { approval, run, action } })
  }
  if (granted !== undefined) useGrant(transaction, at, { grant: granted, run, action }, found)
  if (requested) transaction.tell(at, { kind: 'approval.requested', body: requested })
  for (const entry of drafts) transaction.append(chain, entry)
  if (finished) {
    const { outcome, blob } = finished
    if (blob) transaction.addBlobs([[blob.digest, blob.text]])
    const body = { action, outcome, ...(blob ? { blob: blob.digest } : {}) }
    transaction.append(chain, draft(at, 'action.finished', body))
  }
  chain.actions++
  if (decided.decision.effect === 'deny') chain.denied++
  const held = applyDecided(transaction.buckets, at, decided)
  if (finished) applyFinished(transaction.buckets, at, held, undefined)
  else if (allowed) transaction.addInFlight({ run, action, owner, intended: intended !== undefined, held }, at)
  return bodies
}

export function readCounters({ buckets }: Transaction, queries: readonly CounterQuery[], at: number): Counters {
  return Object.fromEntries(queries.map((query) => [query.name, buckets.read(query, at)]))
}
