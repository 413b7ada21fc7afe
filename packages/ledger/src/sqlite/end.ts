import { ledgerChain } from '@ecp/protocol'
import { type Draft, draft } from '../record.ts'
import { interrupt } from './interrupt.ts'
import type { Chain, Transaction } from './transaction.ts'

/** Writes a run's end in its chain and in the ledger's. What is still in flight gets its outcome first. */
export function endIn(transaction: Transaction, chain: Chain, ended: Draft, status: string): void {
  const { run } = chain
  const { at } = ended
  for (const action of transaction.allInFlight(run)) interrupt(transaction, at, action)
  const last = transaction.append(chain, ended)
  chain.endedAt = at
  chain.status = status
  const closed = { run, status, records: last.seq, last: last.hash }
  transaction.append(transaction.open(ledgerChain), draft(at, 'run.closed', closed))
}
