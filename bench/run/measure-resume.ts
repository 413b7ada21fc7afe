// Milliseconds until a run of so many actions that waited for a person is done, once the person has said yes: opening the boundary
// anew, replaying all of it from the ledger, and the one write that was left. Prints them.
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newRunId, openMachine, playRecording } from '@ecp/host'
import { parseRecording } from '@ecp/protocol'
import { runContext } from '@ecp/runtime'
import { stdioCommand } from '../harness/ecp-files.ts'

const actions = Number(process.argv[2])
const folder = mkdtempSync(join(tmpdir(), 'ecp-bench-resume-'))
const at = (name: string) => join(folder, name)
mkdirSync(at('home'))
const [command, ...args] = stdioCommand
const transport = JSON.stringify({ type: 'stdio', command, args })
writeFileSync(
  at('ecp.config.yaml'),
  `version: "0.5"
models: { providers: { bench: { defaultModel: m, config: { baseURL: "http://127.0.0.1:9/v1" } } } }
tools: { servers: { bench: { transport: ${transport} } } }
security:
  models: { allowProviders: [bench], defaultProviders: [bench], allowedModels: { bench: [m] } }
  tools: { allowServers: [bench] }
  budgets: { perRun: { maxToolCalls: 1000000 } }
`,
)
const policies = (more: string) =>
  `policies: { toolAccess: { default: deny, allow: ["bench:*"] }, budgets: { maxToolCalls: 1000000 }${more} }`
writeFileSync(
  at('resume.yaml'),
  `specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: resume, version: 1.0.0 }
orchestrator:
  name: lead
  type: agent
  strategy: delegate
  instructions: Plan.
  policies: { budgets: { maxToolCalls: 1000000 } }
  executors:
    - name: reader
      type: tool
      tool: { call: "bench:read_item", args: { id: last, amount: 1 } }
      mounts:
        - { name: items, stage: deep, from: { server: bench, tool: read_item, args: { id: "\${item}", amount: 1 } }, when: { selectorFrom: plan.items, maxSelected: ${actions} } }
      ${policies('')}
    - name: writer
      type: tool
      tool: { call: "bench:write_item", args: { id: last, amount: 1 } }
      ${policies(', writeControls: { requireApprovalFor: ["bench:write_item"] }')}
`,
)
const plan = {
  delegate: [
    { executor: 'reader', task: 'Read.' },
    { executor: 'writer', task: 'Write.' },
  ],
  items: Array.from({ length: actions }, (_, index) => `i${index}`),
}
const turns = {
  recording: 'ecp/v0.5',
  turns: [
    { executor: 'lead', asked: { user: 'Begin.' }, says: JSON.stringify(plan) },
    { executor: 'lead', asked: { user: { has: ['read_item last'] } }, says: 'Done.' },
  ],
}
const { document, diagnostics } = parseRecording(JSON.stringify(turns), 'turns.json')
if (!document) throw new Error(diagnostics.map(({ message }) => message).join('; '))
const open = () =>
  openMachine({
    cwd: folder,
    home: at('home'),
    machineFile: at('none'),
    configFile: at('ecp.config.yaml'),
    traceDir: at('ledger'),
    env: { PATH: process.env.PATH },
    version: '0.0.0',
    models: () => playRecording(document.value, 'turns.yaml'),
  })
const run = newRunId(Date.now())

let machine = await open()
let host = await machine.admit({
  contextFile: at('resume.yaml'),
  inputs: {},
  client: 'ecp run',
  principal: 'bench',
  run,
})
const first = await runContext({ host, run })
const approval = host.ledger.approval(String(first.waiting?.[0]?.approval))
if (!approval) throw new Error(`the run is ${first.status}: ${first.failure?.message}`)
await host.ledger.answerApproval(Date.now(), {
  approval: approval.approval,
  answer: 'approve',
  by: 'bench',
  expiresAt: approval.expiresAt,
  nonce: randomBytes(16).toString('base64url'),
  proof: { kind: 'unsigned' },
})
await machine.close()

const started = performance.now()
machine = await open()
host = await machine.resume({ run, by: 'bench' })
const { status, failure } = await runContext({ host, run })
const took = performance.now() - started
if (status !== 'completed') throw new Error(`the run is ${status}: ${failure?.message}`)
await machine.close()
rmSync(folder, { recursive: true, force: true })
console.log(JSON.stringify(took))
