import type { JournalEntry, Ledger } from '@ecp/ledger'

/** An action of a run that nobody knows the outcome of, and nobody has settled. */
export interface UnknownAction {
  readonly key: string
  readonly action: string
  readonly kind: JournalEntry['action']['kind']
  readonly target: string
  readonly executor: string
}

export function unknownActions(ledger: Pick<Ledger, 'journal'>, run: string): readonly UnknownAction[] {
  return [...ledger.journal(run).actions].flatMap(([key, { action, outcome, settled }]) => {
    if (outcome?.status !== 'unknown' || settled) return []
    const { id, kind, target, executor } = action
    return [{ key, action: id, kind, target, executor }]
  })
}
