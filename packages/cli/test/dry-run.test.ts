import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Desk, openDesk, runConfigYaml } from './desk.ts'

const filesystem = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-filesystem/dist/index.js')

let desk: Desk
let data = ''
beforeAll(() => {
  desk = openDesk()
  data = join(desk.folder, 'data')
  mkdirSync(data)
  writeFileSync(join(data, 'note.txt'), 'The meeting is on Monday.')
  desk.write('host.yaml', runConfigYaml('files', [filesystem, data]))
})
afterAll(() => desk[Symbol.dispose]())

const flags = ['--config', 'host.yaml']
const context = (executors: string, strategy = 'single') =>
  desk.write(
    'context.yaml',
    `specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: rehearsed, version: 1.0.0 }
orchestration: { entrypoint: clerk, strategy: ${strategy} }
executors:
${executors}`,
  )
const clerk = (controls: string) => `  - name: clerk
    type: agent
    instructions: File the note.
    policies:
      toolAccess: { default: deny, allow: ["files:read_text_file", "files:write_file"] }
      writeControls: ${controls}
`
const recording = (told: string) =>
  desk.write(
    'turns.yaml',
    `recording: ecp/v0.5
turns:
  - executor: clerk
    asked: { user: Begin. }
    calls:
      - { tool: "files:read_text_file", arguments: { path: ${join(data, 'note.txt')} } }
      - { tool: "files:write_file", arguments: { path: ${join(data, 'new.txt')}, content: filed } }
  - executor: clerk
    asked:
      results:
        - { tool: "files:read_text_file", text: { has: [Monday] } }
        - { tool: "files:write_file", isError: false, text: { has: ["${told}"] } }
    says: Filed.
`,
  )
const run = (...more: string[]) => desk.ecp('run', 'context.yaml', '--recorded', 'turns.yaml', ...flags, ...more)
const spans = () =>
  (JSON.parse(desk.ecp('trace', 'last', '--output', 'json', ...flags).stdout) as { spans: object[] }).spans

test.each([
  ['{ mode: execute-if-allowed }', 'otherwise it would be performed now', 'allow'],
  ['{ mode: propose-only }', 'otherwise it would be written down as a proposal', 'propose'],
  ['{ requireApprovalFor: ["files:*"] }', 'otherwise a person would have to approve it first', 'hold'],
])('with %s a dry run reads and does not write, says so to the model and on record', (controls, told, effect) => {
  context(clerk(controls))
  recording(told)
  const { status, stdout, stderr } = run('--dry-run', '--json')
  expect(stderr).not.toContain('not recorded')
  expect({ status, ...JSON.parse(stdout) }).toMatchObject({ status: 'completed', dryRun: true, output: 'Filed.' })
  expect(status).toBe(0)
  expect(existsSync(join(data, 'new.txt'))).toBe(false)
  const write = expect.objectContaining({ toolName: 'files:write_file', enforcement: 'rehearsed' })
  const calls = spans()
  expect(calls).toContainEqual(write)
  expect(calls).toContainEqual(
    expect.objectContaining({ toolName: 'files:write_file', decision: expect.objectContaining({ effect }) }),
  )
  expect(calls).not.toContainEqual(expect.objectContaining({ toolName: 'files:write_file', status: 'completed' }))
  expect(calls).toContainEqual(expect.objectContaining({ toolName: 'files:read_text_file', status: 'completed' }))
})

test('a tool step that writes is not performed either, and what needs its result says that it cannot be shown', () => {
  const step = `  - name: clerk
    type: tool
    tool: { call: "files:write_file", args: { path: ${join(data, 'new.txt')}, content: x } }
    policies: { toolAccess: { default: deny, allow: ["files:*"] } }
`
  context(step)
  desk.write('turns.yaml', 'recording: ecp/v0.5\nturns: []\n')
  expect(run('--dry-run')).toMatchObject({ status: 0, stdout: expect.stringContaining('was not performed') })
  context(`${step}    outputSchema: { type: object }\n`)
  const { status, stderr } = run('--dry-run')
  expect(status).toBe(1)
  expect(stderr).toContain('which a dry run does not perform')
  expect(desk.ecp('trace', 'last', ...flags).stdout).toContain('a dry run: only reads and model turns were performed')
  expect(existsSync(join(data, 'new.txt'))).toBe(false)
})

test('what a dry run used counts in no budget that other runs share', () => {
  context(
    `${clerk('{ mode: execute-if-allowed }')}      budgets: { perTool: { "files:write_file": { maxCalls: 1, per: 24h } } }\n`,
  )
  recording('otherwise it would be performed now')
  expect(run('--dry-run').status).toBe(0)
  const turns = readFileSync(join(desk.folder, 'turns.yaml'), 'utf8')
  desk.write('turns.yaml', turns.replace('otherwise it would be performed now', 'Successfully wrote'))
  expect(run()).toMatchObject({ status: 0 })
  expect(readFileSync(join(data, 'new.txt'), 'utf8')).toBe('filed')
})

test('nobody was asked, nothing waits to be applied, and the records are sound', () => {
  expect(JSON.parse(desk.ecp('approvals', 'list', '--json', ...flags).stdout)).toEqual([])
  expect(JSON.parse(desk.ecp('proposals', 'list', '--json', ...flags).stdout)).toEqual([])
  expect(desk.ecp('trace', 'verify', ...flags)).toMatchObject({ status: 0, stderr: '' })
})
