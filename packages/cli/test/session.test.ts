import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { configYaml, contextYaml, type Desk, openDesk } from './desk.ts'
import { program } from './program.ts'

// One session of a real client through `ecp mcp` in front of the official filesystem server, and what the other commands
// say about it afterwards.
const filesystem = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-filesystem/dist/index.js')

let desk: Desk
let data = ''
let flags: string[] = []

async function connect(): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' })
  const args = [program, 'mcp', '--context', 'assistant.yaml', '--executor', 'assistant', ...flags]
  const env = { HOME: desk.home, PATH: dirname(process.execPath) }
  await client.connect(new StdioClientTransport({ command: process.execPath, args, cwd: desk.folder, env }))
  return client
}

beforeAll(async () => {
  desk = openDesk()
  data = join(desk.folder, 'data')
  mkdirSync(data)
  writeFileSync(join(data, 'note.txt'), 'the note \u001b[31mis red\u202e')
  flags = ['--config', 'host.yaml', '--trace-dir', join(desk.folder, 'ledger')]
  desk.write('host.yaml', configYaml('files', process.execPath, [filesystem, data]))
  const when = `within(args.path, '${data}')`
  desk.write(
    'assistant.yaml',
    contextYaml(`{ default: deny, allow: [ { tool: "files:read_*", when: "${when}" }, "files:write_file", "web:get" ] }
      writeControls: { mode: propose-only }`),
  )
  const client = await connect()
  try {
    await client.listTools()
    const call = (name: string, args: Record<string, unknown>) => client.callTool({ name, arguments: args })
    expect(await call('files__read_text_file', { path: join(data, 'note.txt') })).not.toMatchObject({ isError: true })
    expect(await call('files__read_text_file', { path: '/etc/\u202epasswd' })).toMatchObject({ isError: true })
    expect(await call('files__write_file', { path: join(data, 'b'), content: 'x' })).toMatchObject({ isError: true })
  } finally {
    await client.close()
  }
}, 60_000)
afterAll(() => desk[Symbol.dispose]())

test('trace list, and trace by last, by prefix and by id', () => {
  const listed = JSON.parse(desk.ecp('trace', 'list', '--json', ...flags).stdout) as { run: string }[]
  expect(listed).toMatchObject([
    { status: 'running', actions: 3, denied: 1, inFlight: 0, start: { executor: 'assistant' } },
  ])
  const run = listed[0]?.run ?? ''
  expect(desk.ecp('trace', 'list', ...flags).stdout).toContain(run)
  const told = desk.ecp('trace', 'last', ...flags)
  expect(told.status).toBe(0)
  expect(desk.ecp('trace', run.slice(0, 12), ...flags).stdout).toBe(told.stdout)
  expect(told.stdout).toContain('3 actions: 1 allowed, 1 denied, 1 proposed')
  expect(told.stdout).toMatch(/allowed \(read\)\n\s+context\.tool-allowed .*assistant\.yaml:10:\d+/)
  expect(told.stdout).toContain('context.condition-false')
  expect(told.stdout).toContain('the note \\u{1b}[31mis red\\u{202e}')
  expect(told.stdout).toContain('/etc/\\u{202e}passwd')

  const unknown = desk.ecp('trace', 'lst', ...flags)
  expect(unknown.status).toBe(2)
  expect(unknown.stderr).toContain('did you mean `ecp trace list`?')
})

test('trace as a graph and as spans', () => {
  const graph = desk.ecp('graph', 'last', ...flags).stdout
  expect(graph).toMatch(/└─ assistant/)
  expect(graph).toMatch(/✓ read_text_file ─ completed in/)
  expect(graph).toMatch(/✎ write_file ─ proposed: write\.proposed .*assistant\.yaml/)
  expect(desk.ecp('trace', 'last', '--output', 'graph', ...flags).stdout).toBe(graph)
  expect(JSON.parse(desk.ecp('trace', 'last', '--output', 'json', ...flags).stdout)).toMatchObject({
    contextName: 'assistant',
    success: true,
    spans: [
      { type: 'executor' },
      { type: 'tool-call', toolName: 'files:read_text_file', toolIsError: false, decision: { effect: 'allow' } },
      { type: 'tool-call', status: 'denied', decision: { effect: 'deny' } },
      { type: 'tool-call', status: 'proposed' },
    ],
  })
})

test('trace verify finds nothing in a sound ledger, and names the record that was changed in another', () => {
  const sound = desk.ecp('trace', 'verify', ...flags)
  expect(sound).toMatchObject({ status: 0, stderr: '' })
  expect(sound.stdout).toContain('3 decisions decided again')
  expect(desk.ecp('trace', 'verify', 'last', ...flags).status).toBe(0)

  const copy = join(desk.folder, 'copy')
  mkdirSync(copy)
  // Nobody has the ledger open now, so that all of it is in the one file.
  copyFileSync(join(desk.folder, 'ledger', 'ledger.db'), join(copy, 'ledger.db'))
  const database = new DatabaseSync(join(copy, 'ledger.db'))
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()
  expect(tables).toContainEqual({ name: 'records' })
  const change = "UPDATE records SET bytes = replace(bytes, 'condition-false', 'condition-falsE')"
  const { changes } = database.prepare(change).run()
  database.close()
  expect(Number(changes)).toBeGreaterThan(0)
  const { status, stdout } = desk.ecp('trace', 'verify', '--trace-dir', copy)
  expect(status).toBe(1)
  expect(stdout).toMatch(/run [0-9a-f-]{36} record \d+: /)
})

test('explain: what each executor could do, with the place of the rule, from the pins of the first use', () => {
  const { status, stdout, stderr } = desk.ecp('explain', 'assistant.yaml', ...flags)
  expect(status).toBe(0)
  expect(stderr).toBe('')
  expect(stdout).toMatch(/assistant\s+files:read_text_file\s+conditional\s+read\s+if assistant\.yaml:10:\d+: within\(/)
  expect(stdout).toContain('read: its pinned definition has `readOnlyHint: true`')
  expect(stdout).toMatch(/files:write_file\s+proposed\s+write/)
  expect(stdout).toMatch(/files:move_file\s+denied\s+write/)
  const only = JSON.parse(desk.ecp('explain', 'assistant.yaml', '--tool', '*:write_*', '--json', ...flags).stdout)
  expect(only.permissions).toMatchObject([{ target: 'files:write_file', outlook: 'proposed' }])
  expect(desk.ecp('explain', 'assistant.yaml', '--executor', 'asistant', ...flags).stderr).toContain(
    'did you mean `assistant`?',
  )

  const elsewhere = desk.ecp('explain', 'assistant.yaml', '--config', 'host.yaml', '--trace-dir', 'nowhere')
  expect(elsewhere.status).toBe(0)
  expect(elsewhere.stderr).toContain('the tools of `files` are not known yet; `ecp lock`')
})

test('mcp: an executor that is not there, and a Context that is wrong', () => {
  const nobody = desk.ecp('mcp', '--context', 'assistant.yaml', '--executor', 'asistant', ...flags)
  expect(nobody).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('did you mean `assistant`?') })
  desk.write('typo.yaml', contextYaml('{ default: Deny }'))
  const typo = desk.ecp('mcp', '--context', 'typo.yaml', '--executor', 'assistant', ...flags)
  expect(typo).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(/typo\.yaml:10:\d+/) })
})
