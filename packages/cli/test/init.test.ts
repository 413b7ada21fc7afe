import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Desk, openDesk } from './desk.ts'
import { hasTerminal, keys, playTerminal } from './played-terminal.ts'

const installed = join(import.meta.dirname, '..', '..', '..', 'node_modules')

let desk: Desk
beforeEach(() => {
  desk = openDesk()
  // The official servers are installed here, so that nothing is fetched.
  symlinkSync(installed, join(desk.folder, 'node_modules'))
})
afterEach(() => desk[Symbol.dispose]())

const text = (file: string) => readFileSync(join(desk.folder, file), 'utf8')

test('init --yes in an empty folder: what it wrote validates, and runs against the real server', () => {
  const made = desk.ecpWith({ OPENAI_API_KEY: 'sk-secret-value' }, 'init', '--yes')
  expect(made).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('ecp run assistant.yaml') })
  expect(statSync(join(desk.folder, 'ecp.config.yaml')).mode & 0o777).toBe(0o600)
  expect(text('ecp.config.yaml')).toContain('{ provider: process.env, key: OPENAI_API_KEY }')
  expect(text('ecp.config.yaml') + text('assistant.yaml') + made.stdout).not.toContain('sk-secret-value')

  expect(desk.ecp('validate', 'assistant.yaml')).toMatchObject({ status: 0, stderr: '' })
  expect(desk.ecp('trust', '--yes').status).toBe(0)
  writeFileSync(join(desk.folder, 'workspace', 'note.txt'), 'The ship leaves on Monday.')
  desk.write(
    'turns.yaml',
    `recording: ecp/v0.5
turns:
  - executor: assistant
    asked: { user: { has: [List the files] } }
    calls:
      - { tool: "files:read_text_file", arguments: { path: note.txt } }
      - { tool: "files:write_file", arguments: { path: answer.txt, content: x } }
      - { tool: "files:read_text_file", arguments: { path: ../ecp.config.yaml } }
  - executor: assistant
    asked:
      results:
        - { tool: "files:read_text_file", text: { has: [Monday] } }
        - { tool: "files:write_file", text: { has: [proposal] } }
        - { tool: "files:read_text_file", isError: true }
    says: It leaves on Monday.
`,
  )
  const { status, stdout, stderr } = desk.ecp('run', 'assistant.yaml', '--recorded', 'turns.yaml')
  expect(stderr).toContain('proposed files:write_file')
  expect({ status, stdout }).toEqual({ status: 0, stdout: 'It leaves on Monday.\n' })
  expect(existsSync(join(desk.folder, 'workspace', 'answer.txt'))).toBe(false)
})

test('init replaces nothing, neither the configuration nor the Context', () => {
  desk.write('assistant.yaml', 'mine')
  expect(desk.ecp('init', '--yes')).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('assistant.yaml` exists'),
  })
  expect(existsSync(join(desk.folder, 'ecp.config.yaml'))).toBe(false)
  desk.write('ecp.config.json', 'mine')
  const beside = desk.ecp('init', '--yes', '--name', 'other')
  expect(beside).toMatchObject({ status: 2, stderr: expect.stringContaining('ecp.config.json` exists') })
  expect([text('assistant.yaml'), text('ecp.config.json'), existsSync(join(desk.folder, 'other.yaml'))]).toEqual([
    'mine',
    'mine',
    false,
  ])
})

test('in a folder with spaces, for a provider of one’s own, with every file beside the configuration', () => {
  mkdirSync(join(desk.folder, 'a b'))
  const config = join('a b', 'host.yaml')
  const url = [
    '--provider',
    'compatible',
    '--base-url',
    'http://127.0.0.1:9/v1',
    '--model',
    'm',
    '--folder',
    'my files',
  ]
  const made = desk.ecp('init', '--yes', '--json', '-c', config, ...url)
  expect(JSON.parse(made.stdout)).toMatchObject({
    files: [join(desk.folder, config), join(desk.folder, 'a b', 'assistant.yaml')],
    next: expect.arrayContaining(["ecp validate 'a b/assistant.yaml' --config 'a b/host.yaml'"]),
  })
  expect(existsSync(join(desk.folder, 'a b', 'my files'))).toBe(true)
  expect(desk.ecp('validate', join('a b', 'assistant.yaml'), '-c', config)).toMatchObject({ status: 0, stderr: '' })
})

test.each([
  [[], 'asks on a terminal, and here is none'],
  [['--yes', '--name', 'My Agent'], '`--name My Agent`: small letters'],
  [['--yes', '--provider', 'compatible'], 'add `--base-url URL`'],
  [['--yes', '--provider', 'compatible', '--base-url', 'http://me:key@x/v1'], 'keys are named, never written'],
])('init %j: says what is missing, and writes nothing', (args, words) => {
  expect(desk.ecp('init', ...args)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(words) })
  expect(existsSync(join(desk.folder, 'ecp.config.yaml'))).toBe(false)
})

test.skipIf(!hasTerminal)('on a terminal it asks, and what it wrote is what was answered', async () => {
  const terminal = playTerminal(desk, ['init'])
  await terminal.sees('What is the agent called?')
  terminal.type(`-2${keys.enter}`)
  await terminal.sees('Where do its model turns come from?')
  terminal.type(keys.down + keys.down + keys.enter)
  await terminal.sees('Which model?')
  terminal.type(`:8b${keys.enter}`)
  await terminal.sees('Which tools?')
  terminal.type(keys.down + keys.space + keys.enter)
  await terminal.sees('Which folder may it see?')
  terminal.type(keys.enter)
  await terminal.sees('What happens to what it writes?')
  terminal.type(keys.down + keys.enter)
  await terminal.sees('ecp run assistant-2.yaml --dry-run')
  expect(await terminal.ended()).toBe(0)
  expect(text('ecp.config.yaml')).toMatch(/ollama:\n {6}defaultModel: "qwen3:8b"/)
  expect(text('ecp.config.yaml')).toContain('allowServers: ["files", "memory"]')
  expect(text('ecp.config.yaml')).toContain('requireApprovalFor: ["*:*"]')
  expect(desk.ecp('validate', 'assistant-2.yaml')).toMatchObject({ status: 0, stderr: '' })

  const given = playTerminal(desk, ['init', '-c', 'other/host.yaml'])
  await given.sees('What is the agent called?')
  given.type(keys.ctrlC)
  expect(await given.ended()).toBe(130)
  expect(existsSync(join(desk.folder, 'other'))).toBe(false)
})
