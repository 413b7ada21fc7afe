import type { LedgerRecord } from '@ecp/protocol'

/** What is of one run alone: ids, times, and what they make; and counters, which say who of several at the same time came first. */
const own = new Set(['id', 'at', 'run', 'durationMs', 'counters', 'reservation', 'startedAt', 'endedAt', 'expiresAt'])

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g

/** The records of a run in the order of their places in it, without what is of this run alone: equal for equal runs. */
export function comparable(records: readonly LedgerRecord[]): readonly string[] {
  const keys = new Map<string, string>()
  for (const record of records) {
    if (record.kind === 'action.decided') keys.set(record.body.action.id, record.body.action.key)
  }
  const shown = (value: unknown): unknown => {
    // Buckets of budgets are named after their run, and what is told names approvals.
    if (typeof value === 'string') return keys.get(value) ?? value.replaceAll(uuid, 'its-id')
    if (Array.isArray(value)) return value.map(shown)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => !own.has(key))
        .map(([key, item]) => [key, shown(item)]),
    )
  }
  return records.map(({ kind, body }) => `${kind} ${JSON.stringify(shown(body))}`).sort()
}
