import { readFileSync } from 'node:fs'
import { newRunId, openMachine } from '@ecp/host'
import { expect, test } from 'vitest'
import { runContext } from '../src/index.ts'
import { witnessPlace } from './witness-place.ts'

const context = `orchestration: { entrypoint: waiter, strategy: single }
executors:
  - name: waiter
    type: tool
    tool: { call: "witness:wait", args: {} }
    policies:
      toolAccess: { default: deny, allow: ["witness:wait"] }
      budgets: { maxRuntimeSeconds: 1 }
`

test('maxRuntimeSeconds: 1 aborts what is in flight when the second is over, and the server hears of it', async () => {
  const { contextFile, log, options } = witnessPlace(context)
  const machine = await openMachine(options)
  try {
    const run = newRunId(Date.now())
    const host = await machine.admit({ contextFile, inputs: {}, client: 'ecp run', principal: 'tester', run })
    const result = await runContext({ host, run })
    expect(result).toMatchObject({ status: 'failed', failure: { code: 'run.tool-failed' } })
    const outcome = machine.ledger.journal(run).actions.get('root/call')?.outcome
    expect(outcome?.durationMs).toBeGreaterThanOrEqual(1_000)
  } finally {
    await machine.close()
  }
  const heard = readFileSync(log, 'utf8').trim().split('\n')
  expect(heard.map((line) => JSON.parse(line))).toEqual([
    { tool: 'wait', args: {} },
    { tool: 'wait', cancelled: true },
  ])
})
