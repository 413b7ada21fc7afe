import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { openSqliteLedger } from '../src/index.ts'
import { temporaryFolder } from './folder.ts'

const watched = (run: string) => ({ run, contextFile: '/context.yaml', schedule: '* * * * * UTC' })

test('when a record was first written is found by its kind and body, and no record of another kind is read for it', async () => {
  const file = join(temporaryFolder(), 'ledger.db')
  const ledger = openSqliteLedger({ file })
  onTestFinished(() => ledger.close())
  await ledger.freeze(1_000, 'ada')
  for (const [at, run] of [
    [2_000, 'other'],
    [3_000, 'job'],
    [4_000, 'job'],
  ] as const) {
    await ledger.append('', at, 'schedule.watched', watched(run))
  }
  // What cannot be read: whoever came by it would find a ledger that is damaged.
  const database = new DatabaseSync(file)
  database.exec(`UPDATE records SET bytes = 'no JSON' WHERE kind = 'host.frozen'`)
  database.close()
  expect(() => [...ledger.records('')]).toThrow('is not JSON')
  expect(ledger.notedAt('', 'schedule.watched', watched('job'))).toBe(3_000)
  // In whatever order its fields are written.
  const { schedule, contextFile, run } = watched('other')
  expect(ledger.notedAt('', 'schedule.watched', { schedule, contextFile, run })).toBe(2_000)
  expect(ledger.notedAt('', 'schedule.watched', watched('none'))).toBeUndefined()
})
