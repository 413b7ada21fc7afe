import type { Enforcement, LedgerRecord } from '@ecp/protocol'
import type { Case } from './case.ts'

/**
 * What the ledger holds of an action that a face performed: its decision before anything else; for what acts, the intent
 * before the server hears of it; what came of what was done. A proposal is kept; a hold and a deny leave nothing else.
 */
export function expectedRecords(
  { effect, acts, records }: Case['expect'],
  enforcement: Enforcement = 'performed',
): readonly string[] {
  if (records) return records
  switch (effect) {
    case 'deny':
    case 'hold':
      return ['action.decided']
    case 'propose':
      return ['action.decided', 'proposal.made']
    case 'allow':
      return [
        'action.decided',
        ...(acts === 'read' && enforcement === 'performed' ? [] : ['action.intended']),
        'action.finished: completed',
      ]
  }
}

/** The records of one action among those of its run, in the words of a case. */
export function recordsOf(action: string, records: readonly LedgerRecord[]): string[] {
  return records.flatMap((record) => {
    switch (record.kind) {
      case 'action.decided':
        return record.body.action.id === action ? [record.kind] : []
      case 'action.intended':
      case 'proposal.made':
        return record.body.action === action ? [record.kind] : []
      case 'action.finished':
        return record.body.action === action ? [`${record.kind}: ${record.body.outcome.status}`] : []
      default:
        return []
    }
  })
}
