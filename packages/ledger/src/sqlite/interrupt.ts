import type { Outcome } from '@ecp/protocol'
import { applyFinished } from '../accounting.ts'
import type { Recovered } from '../ledger.ts'
import { draft } from '../record.ts'
import { interrupted } from '../recovery.ts'
import type { InFlight, Transaction } from './transaction.ts'

/** Writes down what came of an action whose process is gone. */
export function interrupt(transaction: Transaction, at: number, { run, action, intended, held }: InFlight): Recovered {
  const outcome: Outcome = interrupted(intended)
  const finished = draft(at, 'action.finished', { action, outcome })
  transaction.append(transaction.open(run), finished)
  transaction.removeInFlight(run, action)
  applyFinished(transaction.buckets, at, held, undefined)
  return { run, action, outcome }
}
