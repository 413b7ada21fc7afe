import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, test } from 'vitest'
import { allApprovals, type DecideRequest, type Ledger, openSqliteLedger } from '../src/index.ts'
import { texts } from '../src/sqlite/statements.ts'
import { temporaryFolder } from './folder.ts'
import { action, asked, policy, run, start } from './samples.ts'

// What a person's page reads of very many: only what it shows.
let ledger: Ledger | undefined
afterEach(() => ledger?.close())

const day = 86_400_000

/** A held or proposed write, and the approval that it asks for. */
function waiting(runId: string, id: string, at: number, kind: 'hold' | 'proposal' = 'hold'): DecideRequest {
  const request = asked(runId, id, { at, effect: kind === 'hold' ? 'hold' : 'propose' })
  const { executor, principal } = start
  const subject = { digest: action(runId, id, at).digest, policyDigest: policy, run: runId, executor, principal }
  const terms = { expiresAfter: day, approvers: [], quorum: 1 }
  const requested = { approval: id, kind, action: id, target: 'files:write', terms, expiresAt: at + day, ...subject }
  return { ...request, subject, decide: (...read) => ({ ...request.decide(...read), requested }) }
}

async function filled(): Promise<{ readonly ledger: Ledger; readonly file: string }> {
  const file = join(temporaryFolder(), 'ledger.db')
  const opened = openSqliteLedger({ file })
  ledger = opened
  for (const id of ['one', 'two']) await opened.openRun(run(id, 1_000))
  // Three that came in the same millisecond, every second one a proposal, in two runs.
  for (let n = 0; n < 30; n++) {
    const at = 2_000 + Math.floor(n / 3)
    await opened.decide(waiting(n < 20 ? 'one' : 'two', `a${n}`, at, n % 2 === 0 ? 'hold' : 'proposal'))
  }
  const answered = { answer: 'approve', by: 'ada', expiresAt: day, proof: { kind: 'unsigned' } } as const
  for (const id of ['a4', 'a9']) await opened.answerApproval(3_000, { approval: id, nonce: id, ...answered })
  await opened.cancelApproval(3_000, { approval: 'a10', by: 'ada' })
  return { ledger: opened, file }
}

/** All ids that a query finds, page by page. */
function paged(from: Ledger, query: Parameters<typeof allApprovals>[1], limit = 4): string[] {
  const ids: string[] = []
  for (;;) {
    const after = ids.at(-1)
    const page = from.approvals({ ...query, limit, ...(after === undefined ? {} : { after }) })
    ids.push(...page.map(({ approval }) => approval))
    if (page.length < limit) return ids
  }
}

test('pages hold each approval once, the newest first, those of one millisecond too', async () => {
  const { ledger: from } = await filled()
  const all = Array.from({ length: 30 }, (_, n) => `a${29 - n}`)
  const open = all.filter((id) => id !== 'a10')
  expect(paged(from, {})).toEqual(all)
  expect(paged(from, { state: 'open' })).toEqual(open)
  expect(paged(from, { state: 'approved' })).toEqual(['a9', 'a4'])
  expect(paged(from, { state: 'cancelled' })).toEqual(['a10'])
  expect(paged(from, { state: 'open', kind: 'proposal' })).toEqual(open.filter((id) => Number(id.slice(1)) % 2 === 1))
  expect(paged(from, { run: 'two', kind: 'hold' })).toEqual(['a28', 'a26', 'a24', 'a22', 'a20'])
  expect(paged(from, { run: 'one', state: 'open' })).toEqual(open.slice(10))
  expect(from.approvals({ after: 'none', limit: 3 })).toEqual([])
  expect([...allApprovals(from, { state: 'open' })].map(({ approval }) => approval)).toEqual(open)
  expect(from.openApprovals(3_000)).toEqual({ hold: 14, proposal: 15, question: 0 })
  expect(from.openApprovals(day * 2)).toEqual({ hold: 0, proposal: 0, question: 0 })
})

test.each(['approvals', 'approvalsOpen', 'approvalsOfState', 'approvalsOfRun'] as const)(
  '%s is read by an index, in its order',
  async (name) => {
    const { file } = await filled()
    const database = new DatabaseSync(file, { readOnly: true })
    const plan = database
      .prepare(`EXPLAIN QUERY PLAN ${texts[name]}`)
      .all()
      .map(({ detail }) => String(detail))
    database.close()
    const reading = plan.filter((step) => step.includes('approvals'))
    expect(reading.length).toBeGreaterThan(0)
    expect(reading.filter((step) => !/^SEARCH approvals USING INDEX (newest|waiting|asked) \(/.test(step))).toEqual([])
    // A page of several states is put in order, and none of them is.
    expect(plan.filter((step) => step.includes('TEMP B-TREE')).length).toBe(
      name.endsWith('Run') || name === 'approvals' ? 0 : 1,
    )
  },
)

test('what any process wrote since is told, and where too much was, that', async () => {
  const { ledger: from, file } = await filled()
  const { last } = from.changes()
  expect(from.changes(last)).toEqual({ last, approvals: [], runs: [], switched: false, more: false })
  const other = openSqliteLedger({ file })
  await other.decide(waiting('two', 'b1', 4_000))
  await other.freeze(4_000, 'ada')
  const told = from.changes(last)
  expect(told).toMatchObject({ approvals: ['b1'], runs: ['two'], switched: true, more: false })
  expect(told.last).toBeGreaterThan(last)
  await Promise.all(Array.from({ length: 1_001 }, (_, n) => other.decide(asked('one', `c${n}`, { effect: 'deny' }))))
  expect(from.changes(told.last)).toMatchObject({ approvals: [], runs: [], more: true })
  other.close()
})

test('runs of all clients come page by page, and one status of them', async () => {
  const { ledger: from } = await filled()
  await from.openRun(run('three', 5_000, { client: 'other' }))
  await from.endRun('three', 5_001, 'completed')
  expect(from.allRuns({ limit: 2 }).map((one) => one.run)).toEqual(['three', 'two'])
  expect(from.allRuns({ limit: 2, after: 'two' }).map((one) => one.run)).toEqual(['one'])
  expect(from.allRuns({ limit: 9, status: 'completed' }).map((one) => one.run)).toEqual(['three'])
  expect(from.allRuns({ limit: 9, after: 'none' })).toEqual([])
  expect(from.head()).toMatchObject({ seq: expect.any(Number), hash: expect.stringMatching(/^[0-9a-f]{64}$/) })
})
