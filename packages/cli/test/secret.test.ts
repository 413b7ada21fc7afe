import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { JsonObject } from '@ecp/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fixtureProgram } from '../../host/test/fixture-program.ts'
import { forms, leaks } from '../../host/test/forms.ts'
import { facts, Gateway } from '../../server/test/gateway.ts'
import type { Wire } from '../../server/test/wire.ts'

// Two servers that say their secrets in every way they can, and one that shows its environment, behind the real `ecp mcp`.
const talkative = fixtureProgram('talkative-server')
const everything = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js')
const inEnvironment = 'tok_en/ "1" + ü%20\\n'
const inFile = 'ghp_0123456789abcdefABCDEF'
const unbound = 'a value that no server is bound to'
const bound = (provider: string, key: string) => ({
  credentials: { bindings: [{ name: 'SECRET', source: { provider, key } }] },
})
const environment = {
  TOKEN: inEnvironment,
  LANG: 'C.UTF-8',
  TMPDIR: '/tmp',
  NODE_OPTIONS: '--no-deprecation',
  NODE_EXTRA_CA_CERTS: '/nowhere.pem',
  LD_PRELOAD: '',
  LD_LIBRARY_PATH: '/nowhere',
  DYLD_INSERT_LIBRARIES: '/nowhere.dylib',
  PYTHONPATH: '/nowhere',
  AWS_SECRET_ACCESS_KEY: unbound,
  SSH_AUTH_SOCK: '/nowhere.sock',
}

let gateway: Gateway
let wire: Wire
beforeAll(async () => {
  gateway = new Gateway((desk) => ({
    servers: {
      env: { args: [talkative, join(desk.folder, 'heard.jsonl')], wiring: bound('process.env', 'TOKEN') },
      file: { args: [talkative, join(desk.folder, 'heard.jsonl')], wiring: bound('dot.env', 'KEY') },
      everything: { args: [everything] },
    },
    policies: { open: { toolAccess: { default: 'deny', allow: ['*:*'] }, budgets: { maxDenials: 1_000 } } },
    security: {
      tools: { allowServers: ['env', 'file', 'everything'] },
      secrets: { allowProviders: ['process.env', 'dot.env'] },
    },
    more: { secrets: { policy: 'warn' } },
  }))
  gateway.desk.write('.env', `KEY=${inFile}\nOTHER=${unbound}\nNODE_OPTIONS=--throw-deprecation\n`)
  wire = await gateway.wire('open', ['--debug'], environment)
}, 60_000)
afterAll(async () => {
  await wire?.close()
  gateway[Symbol.dispose]()
})
const markers = ['[secret:process.env:TOKEN]', '[secret:dot.env:KEY]']
const hidden = (text: string | Uint8Array) => expect(leaks(text, inEnvironment, inFile, unbound)).toEqual([])

test('no answer to the client holds it: lists, results, progress, errors', async () => {
  await wire.request('tools/list')
  for (const server of ['env', 'file']) {
    for (const name of ['tell', 'fail', 'refuse', 'large', 'die', 'tell']) {
      const params = { name: `${server}__${name}`, arguments: {}, _meta: { progressToken: `${server} ${name}` } }
      await wire.request('tools/call', params)
    }
  }
  const received = JSON.stringify(wire.received)
  for (const marker of markers) expect(received).toContain(marker)
  expect(wire.received.some(({ method }) => method === 'notifications/progress')).toBe(true)
  hidden(received)
})

test('arguments that hold it are denied, whichever server they are for', async () => {
  const before = gateway.witnessed().length
  for (const form of [...forms(inEnvironment), ...forms(inFile)]) {
    for (const name of ['env__tell', 'file__tell', 'everything__echo']) {
      const result = await wire.call(name, { key: `see ${form}`, message: 'x' })
      expect(facts(result)).toMatchObject({ effect: 'deny', codes: expect.arrayContaining(['secret.in-arguments']) })
      hidden(JSON.stringify(result))
    }
  }
  expect(gateway.witnessed()).toHaveLength(before)
  const echoed = await wire.call('everything__echo', { message: 'nothing secret' })
  expect(echoed).toEqual({ content: [{ type: 'text', text: 'Echo: nothing secret' }] })
})

test('a child sees the few variables of ecp that it may, its own, and nothing else: no .env is merged into it', async () => {
  const result = (await wire.call('everything__get-env')) as { content: { text: string }[] } & JsonObject // reason: its one block
  const seen = JSON.parse(result.content[0]?.text ?? '{}') as Record<string, string> // reason: the tool prints process.env
  const { NODE_COMPILE_CACHE: wired, ...rest } = seen
  expect(wired).toBeDefined()
  expect(rest).toEqual({
    PATH: gateway.environment().PATH,
    HOME: gateway.desk.home,
    LANG: 'C.UTF-8',
    TMPDIR: '/tmp',
  })
})

test('the operator sees names, never values: on stderr with --debug, in traces, in the bytes of the ledger', async () => {
  expect(await wire.close()).toBe(0)
  for (const marker of markers) expect(wire.stderr).toContain(marker)
  hidden(wire.stderr)
  const flags = ['--trace-dir', 'ledger']
  for (const output of ['text', 'graph', 'json']) {
    const { status, stdout, stderr } = gateway.desk.ecp('trace', 'last', '--output', output, ...flags)
    expect(status).toBe(0)
    expect(stdout).toContain(output === 'graph' ? 'tell' : 'secret:process.env:TOKEN')
    hidden(stdout + stderr)
  }
  const { stdout, stderr } = gateway.desk.ecpWith(environment, 'explain', 'context.json', '--debug', ...gateway.flags)
  expect(stdout).toContain('env:tell')
  hidden(stdout + stderr)
  const folder = join(gateway.desk.folder, 'ledger')
  for (const file of readdirSync(folder)) hidden(readFileSync(join(folder, file)))
  expect(gateway.desk.ecp('trace', 'verify', ...flags).status).toBe(0)
})

test.each([
  ['NODE_OPTIONS', { env: { NODE_OPTIONS: '--require /evil.js' } }, {}],
  ['LD_PRELOAD', { env: { LD_PRELOAD: '/evil.so' } }, {}],
  [
    'PYTHONPATH',
    {},
    { credentials: { bindings: [{ name: 'PYTHONPATH', source: { provider: 'process.env', key: 'X' } }] } },
  ],
])('%s makes programs load other code: a server cannot be wired with it, and nothing starts', (name, more, wiring) => {
  const transport = { type: 'stdio', command: process.execPath, args: [everything], ...more }
  const config = {
    version: '0.5',
    tools: { servers: { everything: { transport, ...wiring } } },
    security: { tools: { allowServers: ['everything'] }, secrets: { allowProviders: ['process.env'] } },
  }
  gateway.desk.write('loads-code.json', JSON.stringify(config, null, 2))
  const args = ['mcp', '--context', 'context.json', '--executor', 'open', '--config', 'loads-code.json']
  const { status, stdout, stderr } = gateway.desk.ecpWith({ X: 'a harmless value' }, ...args)
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toContain(`\`${name}\``)
  expect(stderr).toMatch(/loads-code\.json:\d+:\d+: /)
})
