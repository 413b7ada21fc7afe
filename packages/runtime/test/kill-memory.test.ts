import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { redecideRecorded } from '@ecp/host'
import { type Ledger, openSqliteLedger } from '@ecp/ledger'
import { isJsonObject } from '@ecp/protocol'
import { expect, test } from 'vitest'
import { road } from './journey.ts'

const keeper = (name: string, tool: string, args: string) => `
  - name: ${name}
    type: tool
    tool: { call: "ecp:memory/${tool}", args: ${args} }
    memory: { scope: context }
    policies: { memoryAccess: { allowRead: true, allowWrite: true } }`
const notes = [0, 1, 2, 3]
const context = `
orchestration: { entrypoint: note0, strategy: sequential }
executors:${[
  ...notes.map((n) => keeper(`note${n}`, 'store', `{ text: "note ${n}" }`)),
  keeper('forget', 'delete', `{ id: "\${outputs.note2.stored}" }`),
  keeper('all', 'list', '{}'),
].join('')}
`
const stores = '  memory: { allowStores: [notes] }\nmemory: { stores: { notes: {} } }\n'

// Steps of the Gate in one action: 1 normalised, 2 deciding, 3 decided, 4 performing, 5 performed, 6 recorded, 7 answered.
const kills = [
  { deadlyStep: 3, what: 'note 0 is intended, and not stored', settled: 'retry' },
  { deadlyStep: 5, what: 'note 0 is stored, and that is not recorded', settled: 'happened' },
  { deadlyStep: 6, what: 'note 1 is stored and recorded', settled: undefined },
  { deadlyStep: 2, what: 'note 2 is being decided', settled: undefined },
  { deadlyStep: 14 + 5, what: 'after notes 2 and 3, note 2 is deleted, and that is not recorded', settled: 'happened' },
] as const

test('kill -9 of a run that remembers: no change of its memory is lost or made twice', {
  timeout: 90_000,
}, async () => {
  const one = road(context, stores)
  for (const [part, { deadlyStep, what, settled }] of kills.entries()) {
    expect(await one.carry({ resumes: part > 0, deadlyStep, delayMs: 0 }), what).toBeUndefined()
    expect(await settledFromStore(one.ledgerFile, one.run), what).toEqual(settled === undefined ? [] : [settled])
  }
  const result = await one.carry({ resumes: true, deadlyStep: 0, delayMs: 0 })
  expect(result).toMatchObject({ status: 'completed', output: { more: 0 } })
  const items = isJsonObject(result?.output) && Array.isArray(result.output.items) ? result.output.items : []
  const texts = items.flatMap((item) => (isJsonObject(item) ? [item.text] : []))
  expect(texts.toSorted()).toEqual(['note 0', 'note 1', 'note 3'])
  expect(stored(one.ledgerFile)).toHaveLength(3)
  const ledger = openSqliteLedger({ file: one.ledgerFile, readOnly: true })
  expect(ledger.verify({ redecide: redecideRecorded }).faults).toEqual([])
  ledger.close()
})

/** The ids of all that the store holds: each that of the action which stored it. */
function stored(ledgerFile: string): string[] {
  const file = join(dirname(ledgerFile), 'memory-notes.db')
  if (!existsSync(file)) return []
  const store = new DatabaseSync(file)
  try {
    return store
      .prepare('SELECT id FROM items')
      .all()
      .map(({ id }) => String(id))
  } finally {
    store.close()
  }
}

/** What a person does who looks into the store: settles each write that nobody knows the end of. Gives as what. */
async function settledFromStore(file: string, run: string): Promise<string[]> {
  const ledger = openSqliteLedger({ file })
  try {
    // As the next `ecp` does.
    await ledger.recover(Date.now(), () => false)
    const said: string[] = []
    for (const { action, outcome, settled } of ledger.journal(run).actions.values()) {
      if (outcome?.status !== 'unknown' || settled) continue
      const as = hasHappened(ledger, run, action, stored(file)) ? 'happened' : 'retry'
      await ledger.settleAction(run, Date.now(), { action: action.id, as, by: 'tester' })
      said.push(as)
    }
    return said
  } finally {
    ledger.close()
  }
}

function hasHappened(ledger: Ledger, run: string, { id, target }: { id: string; target: string }, items: string[]) {
  if (target.endsWith('/store')) return items.includes(id)
  const args = ledger.decided(run, id)?.action.arguments
  return isJsonObject(args) && !items.includes(String(args.id))
}
