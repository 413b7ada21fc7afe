import { newAnswer, newRunId, openMachine, writeAnswer } from '@ecp/host'
import { openSqliteLedger } from '@ecp/ledger'
import { expect, test } from 'vitest'
import { type RunResult, runContext } from '../src/index.ts'
import { witnessPlace } from './witness-place.ts'

const second = 1_000
const look = `type: tool, tool: { call: "witness:look", args: {} }, policies: { toolAccess: { default: deny, allow: ["witness:look"] } }`
const context = `schemas: { Verdict: { type: object, required: [go], properties: { go: { type: boolean } } } }
orchestration: { entrypoint: before, strategy: sequential, defaults: { timeoutMs: ${60 * second} } }
executors:
  - { name: before, ${look} }
  - { name: review, type: human, ask: { title: "Shall it go on?" }, outputSchemaRef: "#/schemas/Verdict" }
  - { name: after, ${look} }
`

/** A call, a question, another call: in a minute. The clock is the test's. */
function world() {
  const { contextFile, ledgerFile, options } = witnessPlace(context)
  let [at, took] = [Date.now(), 0]
  const now = () => at
  const run = newRunId(at)

  /** One part of the run, in a machine of its own, in which each call takes so long (ms). */
  async function part(resumes: boolean, callMs: number, more: { waitMs?: number; onWaiting?(id: string): void } = {}) {
    took = callMs
    const machine = await openMachine({
      ...options,
      now,
      onStep: (step) => {
        if (step === 'performed') at += took
      },
    })
    try {
      const own = { client: 'ecp run', principal: 'tester', run }
      const host = await (resumes
        ? machine.resume({ run, by: 'tester' })
        : machine.admit({ contextFile, inputs: {}, ...own }))
      const { waitMs = 0, onWaiting } = more
      return await runContext({
        host,
        run,
        now,
        waitMs,
        onEvent: (event) => event.kind === 'waiting' && onWaiting?.(event.approval),
      })
    } finally {
      await machine.close()
    }
  }

  /** Somebody answers an hour later: with that the clock goes on, and no time of the run's. */
  async function answer(id: string): Promise<void> {
    took = 0
    at += 3_600 * second
    const ledger = openSqliteLedger({ file: ledgerFile })
    try {
      const approval = ledger.approval(id)
      if (!approval) throw new TypeError('what waits is in the ledger')
      const given = newAnswer(approval, 'approve', 'ada', at, { value: { go: true } })
      await writeAnswer({ ledger, approvers: new Map(), now }, approval, given, { kind: 'unsigned' })
    } finally {
      ledger.close()
    }
  }
  return { part, answer }
}

const waitsFor = ({ waiting }: RunResult) => String(waiting?.[0]?.approval)
const late = { status: 'failed', failure: { code: 'run.timeout' } }

test('timeoutMs is for all parts of a run: what one has used the next has no more', async () => {
  const { part, answer } = world()
  const first = await part(false, 40 * second)
  expect(first.status).toBe('waiting')
  await answer(waitsFor(first))
  expect(await part(true, 21 * second)).toMatchObject(late)
})

test('timeoutMs: the time between the parts, in which a person was waited for, does not count', async () => {
  const { part, answer } = world()
  const first = await part(false, 40 * second)
  await answer(waitsFor(first))
  expect(await part(true, 19 * second)).toMatchObject({ status: 'completed' })
})

test('timeoutMs: nor does that in which the process itself waits for a person', async () => {
  const { part, answer } = world()
  const waiting = { waitMs: 20_000, onWaiting: (id: string) => void answer(id) }
  expect(await part(false, 40 * second, waiting)).toMatchObject({ status: 'completed' })
})
