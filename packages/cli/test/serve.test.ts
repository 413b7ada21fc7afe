import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { compiled, configYaml, contextYaml, type Desk, openDesk } from './desk.ts'
import { program } from './program.ts'

// The command as a process, as an operator starts and stops it.
const filesystem = join(
  import.meta.dirname,
  '../../../node_modules/@modelcontextprotocol/server-filesystem/dist/index.js',
)

let desk: Desk
let child: ChildProcess | undefined
beforeEach(() => {
  desk = openDesk()
  desk.write('ecp.config.yaml', configYaml('files', process.execPath, [filesystem, desk.folder]))
  desk.write('assistant.yaml', contextYaml('{ default: deny, allow: ["files:list_directory"] }'))
})
afterEach(async () => {
  if (child && child.exitCode === null) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  desk[Symbol.dispose]()
})

interface Ready {
  readonly url: string
  readonly mcp: string
  readonly socket?: string
}

async function serve(...args: string[]): Promise<Ready> {
  const env = { PATH: dirname(process.execPath), HOME: desk.home, ...compiled }
  const flags = ['serve', '--config', 'ecp.config.yaml', '--listen', '127.0.0.1:0', '--json', ...args]
  child = spawn(process.execPath, [program, ...flags], { cwd: desk.folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    said += text
  })
  const [line] = await once(child.stdout?.setEncoding('utf8') ?? child, 'data')
  return JSON.parse(String(line))
}
let said = ''

async function stopped(signal: NodeJS.Signals): Promise<unknown> {
  if (!child) throw new TypeError('it was not started')
  child.kill(signal)
  const [status] = await once(child, 'exit')
  return status
}

const connect = async (mcp: string, token?: string) => {
  const client = new Client({ name: 'test', version: '1.0.0' })
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  await client.connect(new StreamableHTTPClientTransport(new URL(mcp), { requestInit: { headers } }))
  return client
}

test('a client that was added calls its tools, is on record under its name, and is out once it is revoked', async () => {
  const added = desk.ecp(
    'clients',
    'add',
    'editor',
    '--config',
    'ecp.config.yaml',
    '--context',
    'assistant.yaml',
    '--executor',
    'assistant',
  )
  expect(added.status, added.stderr).toBe(0)
  const token = added.stdout.trim()
  const { mcp, url, socket } = await serve()
  expect(socket).toBe(join(desk.home, '.ecp', 'ledger', 'ecp.sock'))
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  await expect(connect(mcp)).rejects.toThrow()
  const client = await connect(mcp, token)
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['files__list_directory'])
  const result = await client.callTool({ name: 'files__list_directory', arguments: { path: desk.folder } })
  expect(JSON.stringify(result.content)).toContain('assistant.yaml')
  const trace = desk.ecp('trace', 'last', '--json')
  expect(trace.stdout).toContain('files:list_directory')
  expect(desk.ecp('trace', 'list').stdout).toContain('editor')
  expect(desk.ecp('clients', 'revoke', 'editor').status).toBe(0)
  await expect(client.listTools()).rejects.toThrow()
  expect(await stopped('SIGTERM')).toBe(0)
  expect(existsSync(socket ?? '')).toBe(false)
  expect(desk.ecp('trace', 'verify').status).toBe(0)
  expect(said).not.toContain(token)
})

test('without tokens it takes whoever comes from this machine, as the executor that it is told', async () => {
  const { mcp } = await serve('--context', 'assistant.yaml', '--executor', 'assistant', '--no-socket')
  const client = await connect(mcp)
  expect((await client.listTools()).tools).toHaveLength(1)
  await client.close()
  expect(await stopped('SIGINT')).toBe(0)
})

const acts = '--config ecp.config.yaml --context assistant.yaml --executor assistant'
test.each([
  ['--config ecp.config.yaml', 3, 'ecp clients add'],
  ['--config ecp.config.yaml --context assistant.yaml', 2, '`--executor NAME`'],
  ['--config ecp.config.yaml -i a=b', 2, 'inputs go with'],
  ['--config ecp.config.yaml --context assistant.yaml --executor asistant', 2, 'did you mean `assistant`?'],
  ['--config ecp.config.yaml --context nowhere.yaml --executor assistant', 2, 'nowhere.yaml'],
  [`${acts} --listen 7391`, 2, 'is no address'],
  [`${acts} --listen 0.0.0.0:7391`, 3, 'from elsewhere'],
  ['--config nowhere.yaml', 2, 'nowhere.yaml'],
])('ecp serve %s ends with %i and says what to do', (flags, status, hint) => {
  const ended = desk.ecp('serve', ...flags.split(' '))
  expect({ status: ended.status, stdout: ended.stdout }).toEqual({ status, stdout: '' })
  expect(ended.stderr).toMatch(/^ecp: /)
  expect(ended.stderr).toContain(hint)
  expect(ended.stderr).not.toMatch(/\n\s+at /)
})

test('`ecp console` gives a link to the server that runs, each good for one sign-in; without one it says what to do', async () => {
  const { url } = await serve('--context', 'assistant.yaml', '--executor', 'assistant')
  const flags = ['--config', 'ecp.config.yaml']
  const links = [
    desk.ecp('console', ...flags).stdout.trim(),
    JSON.parse(desk.ecp('console', '--json', ...flags).stdout).link,
  ]
  const { port } = new URL(url)
  for (const link of links) {
    expect(link).toMatch(new RegExp(`^http://localhost:${port}/#code=[\\w.-]{45}$`))
    const init = { method: 'POST', headers: { 'content-type': 'application/json' } }
    const signIn = () =>
      fetch(`${url}/console/api/session`, { ...init, body: JSON.stringify({ code: link.split('=')[1] }) })
    expect((await signIn()).status).toBe(200)
    expect((await signIn()).status).toBe(401)
  }
  expect(await stopped('SIGTERM')).toBe(0)
  expect(desk.ecp('console', ...flags)).toMatchObject({ status: 2, stderr: expect.stringContaining('no `ecp serve`') })
  // A server that printed JSON has said no link on stdout, and what it logs holds none that could still be used.
  expect(said).not.toContain('#code=')
})

test('a port that is taken is named', async () => {
  const { url } = await serve('--context', 'assistant.yaml', '--executor', 'assistant', '--no-socket')
  const other = desk.ecp('serve', ...acts.split(' '), '--listen', new URL(url).host)
  expect(other.status).toBe(1)
  expect(other.stderr).toContain('something listens there already')
})
