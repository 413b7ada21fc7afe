import { join } from 'node:path'
import { openSqliteLedger, type RecordedAction, recordedRun } from '@ecp/ledger'
import { isJsonObject } from '@ecp/protocol'

/** What a ledger says of every question, by the question; more than one action where it was decided more than once. */
export function recordedQuestions(folder: string): ReadonlyMap<string, readonly RecordedAction[]> {
  const ledger = openSqliteLedger({ file: join(folder, 'ledger.db'), readOnly: true })
  try {
    const byQuestion = new Map<string, RecordedAction[]>()
    for (const { run } of ledger.runs()) {
      const records = [...ledger.records(run)].map(({ record }) => record)
      for (const recorded of recordedRun(run, records, (digest) => ledger.blob(digest)).actions) {
        const { arguments: given } = recorded.action
        const question = isJsonObject(given) ? String(given.question) : ''
        byQuestion.set(question, [...(byQuestion.get(question) ?? []), recorded])
      }
    }
    return byQuestion
  } finally {
    ledger.close()
  }
}
