import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { configYaml, contextYaml, type Desk, openDesk } from './desk.ts'
import { program } from './program.ts'

const server = join(import.meta.dirname, '..', '..', '..', 'conformance', 'server.ts')
let desk: Desk
beforeEach(() => {
  desk = openDesk()
})
afterEach(() => desk[Symbol.dispose]())

test('the stop switch in one terminal stops the next call in every other', async () => {
  const annotations = { readOnlyHint: true }
  desk.write('tools.json', JSON.stringify({ things: [{ name: 'get', inputSchema: { type: 'object' }, annotations }] }))
  const files = ['tools.json', 'calls.jsonl'].map((file) => join(desk.folder, file))
  desk.write('host.yaml', configYaml('things', process.execPath, [server, files[0] ?? '', 'things', files[1] ?? '']))
  desk.write('assistant.yaml', contextYaml('{ default: deny, allow: ["things:get"] }'))
  const flags = ['--config', 'host.yaml']
  const connect = async () => {
    const client = new Client({ name: 'test', version: '1.0.0' })
    const args = [program, 'mcp', '--context', 'assistant.yaml', '--executor', 'assistant', ...flags]
    const env = { HOME: desk.home, PATH: '' }
    await client.connect(new StdioClientTransport({ command: process.execPath, args, cwd: desk.folder, env }))
    await client.listTools()
    return client
  }
  const clients = await Promise.all([connect(), connect()])
  const call = () => Promise.all(clients.map((client) => client.callTool({ name: 'things__get', arguments: {} })))
  try {
    for (const result of await call()) expect(result).not.toMatchObject({ isError: true })
    expect(desk.ecp('freeze', '--note', 'stop it', ...flags).status).toBe(0)
    for (const result of await call()) {
      expect(result).toMatchObject({
        isError: true,
        content: [{ text: expect.stringContaining('stopped everything') }],
      })
    }
    expect(desk.ecp('unfreeze', ...flags).status).toBe(0)
    for (const result of await call()) expect(result).not.toMatchObject({ isError: true })
  } finally {
    await Promise.all(clients.map((client) => client.close()))
  }
  expect(desk.ecp('trace', 'verify', ...flags).status).toBe(0)
})

test('it makes a ledger where there is none, and says which', () => {
  const folder = join(desk.folder, 'ledger')
  const { status, stdout } = desk.ecp('freeze', '--note', 'lunch', '--trace-dir', folder)
  expect(status).toBe(0)
  expect(stdout).toContain(join(folder, 'ledger.db'))
  expect(JSON.parse(desk.ecp('unfreeze', '--trace-dir', folder, '--json').stdout)).toEqual({
    ledger: join(folder, 'ledger.db'),
    frozen: false,
  })
  expect(desk.ecp('trace', 'list', '--trace-dir', folder).status).toBe(0)
  expect(desk.ecp('trace', 'verify', '--trace-dir', folder)).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('verified'),
  })
  expect(desk.ecp('trace', 'last', '--trace-dir', folder)).toMatchObject({ status: 2, stdout: '' })
})
