import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Desk, openDesk } from './desk.ts'

const filesystem = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-filesystem/dist/index.js')

let desk: Desk
let note = ''
beforeEach(() => {
  desk = openDesk()
  const data = join(desk.folder, 'data')
  mkdirSync(data)
  note = join(data, 'note.txt')
  writeFileSync(note, 'The meeting is on Monday.')
  const transport = JSON.stringify({ type: 'stdio', command: process.execPath, args: [filesystem, data] })
  desk.write(
    'ecp.config.yaml',
    `version: "0.5"
models:
  providers:
    local:
      defaultModel: m
      supportedModels: [m, large]
      prices: { m: { inputUsdPerMillion: 100, outputUsdPerMillion: 200 } }
      config: { baseURL: "http://127.0.0.1:9/v1" }
tools: { servers: { files: { transport: ${transport} } } }
security:
  models: { allowProviders: [local], defaultProviders: [local], allowedModels: { local: [m] } }
  tools: { allowServers: [files] }
`,
  )
  context('')
})
afterEach(() => desk[Symbol.dispose]())

function context(more: string): void {
  desk.write(
    'context.yaml',
    `specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: told, version: 1.0.0 }
inputs: { day: { type: string, default: Monday } }
orchestration: { entrypoint: reader, strategy: single }
executors:
  - name: reader
    type: agent
    instructions: Read and tell.
    policies:
      toolAccess: { default: deny, allow: ["files:read_text_file", "files:write_file"] }
${more}`,
  )
}

const recording = (turns: string) => desk.write('turns.yaml', `recording: ecp/v0.5\nturns:\n${turns}`)
const readsAndTells = () =>
  recording(`
  - { executor: reader, asked: { user: { has: [Monday] } }, calls: [{ tool: "files:read_text_file", arguments: { path: ${note} } }], tokens: { prompt: 100, completion: 10 } }
  - { executor: reader, asked: { results: [{ tool: "files:read_text_file", text: { has: [Monday] } }] }, says: "On Monday.", tokens: { prompt: 200, completion: 20 } }
`)
const run = (...more: string[]) =>
  desk.ecp('run', 'context.yaml', '--config', 'ecp.config.yaml', '--recorded', 'turns.yaml', ...more)

test('the result is on stdout, what happened on stderr, and the run can be looked at', () => {
  readsAndTells()
  const { status, stdout, stderr } = run()
  expect(stderr).toMatch(/✓ reader {2}2 turns, 1 call, 330 tokens, \$0\.0360, /)
  expect({ status, stdout }).toEqual({ status: 0, stdout: 'On Monday.\n' })
  const trace = desk.ecp('trace', 'last', '--json', '--config', 'ecp.config.yaml').stdout
  expect(JSON.parse(trace)).toMatchObject({ contextName: 'told', success: true })
  expect(desk.ecp('trace', 'verify', '--config', 'ecp.config.yaml').status).toBe(0)
})

test('--json gives the run, its status and its output', () => {
  readsAndTells()
  const told = JSON.parse(run('--json').stdout)
  expect(told).toMatchObject({
    status: 'completed',
    output: 'On Monday.',
    run: expect.stringMatching(/^[0-9a-f-]{36}$/),
  })
})

test('what was recorded plays again, and gives the same', () => {
  readsAndTells()
  expect(run('--record', 'again.yaml').status).toBe(0)
  expect(readFileSync(join(desk.folder, 'again.yaml'), 'utf8')).toContain('The meeting is on Monday.')
  const again = desk.ecp('run', 'context.yaml', '--config', 'ecp.config.yaml', '--recorded', 'again.yaml')
  expect(again).toMatchObject({ status: 0, stdout: 'On Monday.\n' })
  const other = desk.ecp(
    'run',
    'context.yaml',
    '-i',
    'day=Tuesday',
    '--config',
    'ecp.config.yaml',
    '--recorded',
    'again.yaml',
  )
  expect(other.status).toBe(1)
  expect(other.stderr).toContain('turn 1: the last message is another')
})

test.each([
  ['a model that the host does not allow', ['--model', 'large'], 3, 'does not allow this model'],
  ['a provider that is not wired', ['--provider', 'nowhere'], 3, 'model provider `nowhere` is not wired'],
  ['an input that is not declared', ['-i', 'color=red'], 3, 'input `color` is not declared'],
  ['a turn that is not in the recording', ['-i', 'day=Tuesday'], 1, 'has no reply to this turn of `reader`'],
  ['a recording that is not there', ['--recorded', 'nowhere.yaml'], 2, '`nowhere.yaml` cannot be read'],
])('failure is failure: %s', (_, flags, code, words) => {
  readsAndTells()
  const { status, stdout, stderr } = run(...flags)
  expect(stderr).toContain(words)
  expect(stderr).not.toMatch(/\n\s+at /)
  expect({ status, stdout }).toEqual({ status: code, stdout: '' })
})

test('what is wrong with a recording is said with its place', () => {
  recording('  - { executor: reader, asked: { usr: Begin }, says: x }\n')
  const { status, stderr } = run()
  expect(status).toBe(2)
  expect(stderr).toMatch(/turns\.yaml:3:\d+.*`usr`.*`user`/s)
})

test('a held mount ends the run as waiting, with exit code 4', () => {
  const target = join(desk.folder, 'data', 'new.txt')
  context(`      writeControls: { mode: execute-if-allowed, requireApprovalFor: ["files:write_file"] }
    mounts: [{ name: m, stage: seed, from: { server: files, tool: write_file, args: { path: ${target}, content: x } } }]
`)
  readsAndTells()
  const { status, stderr } = run()
  expect(status).toBe(4)
  expect(stderr).toContain('a person must approve it first')
  expect(desk.ecp('approvals', 'list', '--config', 'ecp.config.yaml').stdout).toContain('files:write_file')
})

test('a key that is missing, and what this version cannot do, are said before anything starts', () => {
  const config = readFileSync(join(desk.folder, 'ecp.config.yaml'), 'utf8')
  desk.write(
    'ecp.config.yaml',
    `${config.replace('defaultModel: m\n', 'defaultModel: m\n      apiKey: { provider: process.env, key: MODEL_KEY }\n')}  secrets: { allowProviders: [process.env] }\n`,
  )
  const missing = desk.ecp('run', 'context.yaml', '--config', 'ecp.config.yaml')
  expect(missing.status).toBe(3)
  expect(missing.stderr).toContain('the environment variable `MODEL_KEY` is not set')
  context('      memoryAccess: { allowRead: true }\n    memory: { scope: user }\n')
  readsAndTells()
  const forgetful = run()
  expect(forgetful.status).toBe(3)
  expect(forgetful.stderr).toContain('executor `reader` has a memory, and it is not said where')
  expect(JSON.parse(desk.ecp('trace', 'list', '--json', '--config', 'ecp.config.yaml').stdout)).toEqual([])
})
