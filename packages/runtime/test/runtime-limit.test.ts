import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newRunId, openMachine } from '@ecp/host'
import { expect, onTestFinished, test } from 'vitest'
import { fixtureProgram } from '../../host/test/fixture-program.ts'
import { runContext } from '../src/index.ts'

const witness = fixtureProgram('witness-server')

test('maxRuntimeSeconds: 1 aborts what is in flight when the second is over, and the server hears of it', async () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'ecp-limit-')))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  mkdirSync(join(root, 'home'))
  const log = join(root, 'heard.jsonl')
  const transport = { type: 'stdio', command: process.execPath, args: [witness, log] }
  writeFileSync(
    join(root, 'ecp.config.yaml'),
    `version: "0.5"
tools: { servers: { witness: { transport: ${JSON.stringify(transport)} } } }
security: { tools: { allowServers: [witness] } }
`,
  )
  const contextFile = join(root, 'context.yaml')
  writeFileSync(
    contextFile,
    `specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: limited, version: 1.0.0 }
orchestration: { entrypoint: waiter, strategy: single }
executors:
  - name: waiter
    type: tool
    tool: { call: "witness:wait", args: {} }
    policies:
      toolAccess: { default: deny, allow: ["witness:wait"] }
      budgets: { maxRuntimeSeconds: 1 }
`,
  )
  const machine = await openMachine({
    cwd: root,
    home: join(root, 'home'),
    machineFile: join(root, 'no-machine-config'),
    configFile: join(root, 'ecp.config.yaml'),
    traceDir: join(root, 'ledger'),
    env: { PATH: process.env.PATH },
    version: '0.0.0',
  })
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
