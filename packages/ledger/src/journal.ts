import { canonical, type LedgerRecord, type RecordBodies, type RecordKind, type RunStarted } from '@ecp/protocol'
import { CarriedTime } from './carried-time.ts'
import { LedgerError } from './error.ts'
import type { Journal, JournalEntry } from './ledger.ts'

/** Names a record by its content, so that it can be told whether a run has it already. */
export function journalNote<K extends RecordKind>(kind: K, body: RecordBodies[K]): string {
  return `${kind} ${canonical(body)}`
}

/** Reads the records of a run's chain, in order. Of several actions with one key the last counts. Throws `ledger.run-unknown`. */
export function journalOf(run: string, records: Iterable<LedgerRecord>): Journal {
  let start: RunStarted | undefined
  const actions = new Map<string, JournalEntry>()
  const keys = new Map<string, string>()
  const notes = new Set<string>()
  const carried = new CarriedTime()
  const change = (action: string, more: Partial<JournalEntry>) => {
    const key = keys.get(action)
    const entry = key === undefined ? undefined : actions.get(key)
    // What comes of an earlier attempt is no news of the last one.
    if (key !== undefined && entry?.action.id === action) actions.set(key, { ...entry, ...more })
  }
  for (const record of records) {
    const { kind, body } = record
    carried.hear(record)
    switch (kind) {
      case 'run.started':
        start = body
        break
      case 'action.decided': {
        const { key, id, kind: of, target, digest, attempt, executor, principal } = body.action
        keys.set(id, key)
        actions.set(key, {
          action: { id, kind: of, target, digest, attempt, executor, principal },
          decision: body.decision,
        })
        break
      }
      case 'action.finished':
        change(body.action, { outcome: body.outcome, ...(body.blob === undefined ? {} : { blob: body.blob }) })
        break
      case 'action.settled':
        change(body.action, { settled: body })
        break
      case 'executor.started':
      case 'executor.finished':
      case 'mount.hydrated':
      case 'plan.made':
        notes.add(journalNote(kind, body))
        break
      default:
    }
  }
  if (!start) throw new LedgerError('ledger.run-unknown', `no run \`${run}\` in this ledger`)
  return { start, actions, notes, carriedMs: carried.total }
}
