import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newAnswer, writeAnswer } from '@ecp/host'
import { openSqliteLedger } from '@ecp/ledger'
import { expect, test } from 'vitest'
import { type Played, type Stage, stage } from './stage.ts'

const context = (maxToolCalls = 2) => `orchestration: { entrypoint: writer, strategy: single }
executors:
  - name: writer
    type: agent
    instructions: Read and write.
    policies:
      toolAccess: { default: deny, allow: ["files:read_text_file", "files:write_file"] }
      budgets: { maxToolCalls: ${maxToolCalls} }
      writeControls: { requireApprovalFor: ["files:write_file"] }
`

/** An agent that reads a file too large for a record, then writes one; a person has to say yes to that. */
function world() {
  const on = stage()
  const source = on.file('large.txt', `begin ${'x'.repeat(30_000)} end`)
  const target = join(on.data, 'new.txt')
  const reads = `
  - { executor: writer, asked: { user: Begin. }, calls: [{ tool: "files:read_text_file", arguments: { path: ${source} } }] }
  - executor: writer
    asked: { results: [{ tool: "files:read_text_file", text: { has: [begin, end] } }] }
    calls: [{ tool: "files:write_file", arguments: { path: ${target}, content: written } }]`
  const ends = `
  - { executor: writer, asked: { results: [{ tool: "files:write_file", isError: false }] }, says: It is written. }`
  return { on, target, reads, ends }
}

/** A person answers all that a run waits for. */
async function answer(on: Stage, { waiting = [] }: Played, verdict: 'approve' | 'deny'): Promise<void> {
  const ledger = openSqliteLedger({ file: on.ledgerFile })
  try {
    for (const { approval: id } of waiting) {
      const approval = ledger.approval(id)
      if (!approval) throw new TypeError('what waits is in the ledger')
      const given = newAnswer(approval, verdict, 'ada', Date.now())
      await writeAnswer({ ledger, approvers: new Map(), now: Date.now }, approval, given, { kind: 'unsigned' })
    }
  } finally {
    ledger.close()
  }
}

const allowed = ({ records }: Played) =>
  records.flatMap((one) =>
    one.kind === 'action.decided' && one.body.decision.effect === 'allow' ? [one.body.action.key] : [],
  )

test('a run that waits has not ended; approved and resumed it goes on, and nothing of before is asked, done or counted again', async () => {
  const { on, target, reads, ends } = world()
  const first = await on.run({ context: context(), turns: reads })
  expect(first).toMatchObject({ status: 'waiting', faults: [] })
  expect(first.waiting).toMatchObject([{ executor: 'writer', target: 'files:write_file' }])
  expect(first.records.at(-1)).toMatchObject({
    kind: 'run.paused',
    body: { status: 'waiting', approvals: first.waiting?.map(({ approval }) => approval) },
  })
  expect(existsSync(target)).toBe(false)

  // Nobody has answered: it waits again, under the same approval.
  const still = await on.resume(first.run, { turns: ends })
  expect(still).toMatchObject({ status: 'waiting', waiting: first.waiting, faults: [] })

  await answer(on, first, 'approve')
  // The recording holds none of the turns of before, and the budget is spent to the last call.
  const second = await on.resume(first.run, { turns: ends })
  expect(second).toMatchObject({ status: 'completed', output: 'It is written.', faults: [] })
  expect(readFileSync(target, 'utf8')).toBe('written')
  expect(allowed(second)).toEqual([
    'root/turn:0',
    'root/turn:0/call:0',
    'root/turn:1',
    'root/turn:1/call:0',
    'root/turn:2',
  ])
  const kinds = second.records.map(({ kind }) => kind)
  expect(kinds.filter((kind) => kind === 'executor.started')).toHaveLength(1)
  expect(kinds.filter((kind) => kind === 'run.resumed')).toHaveLength(2)
  expect(kinds.at(-1)).toBe('run.ended')
  await expect(on.resume(first.run, { turns: ends })).rejects.toMatchObject({ code: 'ledger.run-ended' })
})

test('a person says no: the model is told, and the run goes on', async () => {
  const { on, target, reads } = world()
  const first = await on.run({ context: context(), turns: reads })
  await answer(on, first, 'deny')
  const turns = `
  - { executor: writer, asked: { results: [{ tool: "files:write_file", isError: true }] }, says: I may not. }`
  const second = await on.resume(first.run, { turns })
  expect(second).toMatchObject({ status: 'completed', output: 'I may not.', faults: [] })
  expect(existsSync(target)).toBe(false)
})

test('a Context that has changed is refused by name; put back, the run goes on', async () => {
  const { on, reads, ends } = world()
  const first = await on.run({ context: context(), turns: reads })
  await answer(on, first, 'approve')
  const before = readFileSync(on.contextFile, 'utf8')
  writeFileSync(on.contextFile, before.replace('maxToolCalls: 2', 'maxToolCalls: 3'))
  await expect(on.resume(first.run, { turns: ends })).rejects.toThrow(
    /cannot go on: its Context `staged` in `.*context\.yaml` has changed since it started/,
  )
  writeFileSync(on.contextFile, before)
  expect(await on.resume(first.run, { turns: ends })).toMatchObject({ status: 'completed', faults: [] })
})

test('the same place with another action stops the run, and nothing is done; as it was, it goes on', async () => {
  const { on, target, reads, ends } = world()
  const first = await on.run({ context: context(), turns: reads })
  await answer(on, first, 'approve')
  const before = readFileSync(on.configFile, 'utf8')
  // The model would be offered other tools in its first turn.
  writeFileSync(
    on.configFile,
    `${before.trimEnd().replace(/tools: \{ allowServers: \[files\] \}$/, 'tools: { allowServers: [files], deny: ["files:read_text_file"] }')}\n`,
  )
  const second = await on.resume(first.run, { turns: ends })
  expect(second).toMatchObject({ status: 'diverged', failure: { code: 'run.diverged' }, faults: [] })
  expect(second.failure?.message).toContain('root/turn:0')
  expect(allowed(second)).toEqual(allowed(first))
  expect(existsSync(target)).toBe(false)
  writeFileSync(on.configFile, before)
  expect(await on.resume(first.run, { turns: ends })).toMatchObject({ status: 'completed', faults: [] })
})

test('a run that another process cancels ends, and what is in flight with it', async () => {
  const { on, reads } = world()
  const played = await on.run({
    context: context(),
    turns: reads,
    waitMs: 60_000,
    onEvent: (event) => {
      if (event.kind === 'waiting') void cancelled(on)
    },
  })
  expect(played).toMatchObject({ status: 'cancelled', faults: [] })
  expect(played.records.map(({ kind }) => kind)).toContain('run.cancelling')
  expect(played.records.at(-1)).toMatchObject({ kind: 'run.ended', body: { status: 'cancelled' } })
})

async function cancelled(on: Stage): Promise<void> {
  const ledger = openSqliteLedger({ file: on.ledgerFile })
  const [run] = ledger.carriedRuns()
  if (run)
    expect(await ledger.cancelRun({ run: run.run, at: Date.now(), by: 'ada', isAlive: () => true })).toBe('asked')
  ledger.close()
}
