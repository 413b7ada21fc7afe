import type { Outcome } from '@ecp/protocol'
import { applyFinished } from '../accounting.ts'
import type { Recovered } from '../ledger.ts'
import { draft } from '../record.ts'
import { interrupted } from '../recovery.ts'
import type { InFlight, Transaction } from './transaction.ts'

/**
 * Writes down what came of actions whose process is gone. The time until somebody noticed is nobody's runtime: that ends with the
 * last that the run wrote.
 */
export function interruptAll(transaction: Transaction, at: number, actions: readonly InFlight[]): readonly Recovered[] {
  const lived = new Map<string, number>()
  for (const { run } of actions) {
    if (!lived.has(run)) lived.set(run, transaction.lastAt(transaction.open(run)) ?? at)
  }
  return actions.map((action) => interrupt(transaction, at, action, lived.get(action.run)))
}

/** Writes down that nobody waits for these any more. Without `lived` its time is until now. */
export function interrupt(
  transaction: Transaction,
  at: number,
  { run, action, intended, held }: InFlight,
  lived?: number,
): Recovered {
  const outcome: Outcome = interrupted(intended)
  const until = lived === undefined ? {} : { lived: Math.min(lived, at) }
  const finished = draft(at, 'action.finished', { action, outcome, ...until })
  transaction.append(transaction.open(run), finished)
  transaction.removeInFlight(run, action)
  applyFinished(transaction.buckets, until.lived ?? at, held, undefined)
  return { run, action, outcome }
}
