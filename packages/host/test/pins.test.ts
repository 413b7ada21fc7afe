import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Ledger, openSqliteLedger } from '@ecp/ledger'
import type { HostLayer } from '@ecp/policy'
import { ledgerChain, parseHostConfig } from '@ecp/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openPins, type Pins } from '../src/pins/pins.ts'
import { createRedactor } from '../src/secrets/redaction.ts'
import type { StdioServer } from '../src/servers/stdio-server.ts'
import { calling, callTool, failure, fixture, type Pool, pool, secret } from './servers.ts'

let folder = ''
let ledger: Ledger
const pools: Pool[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ecp-pins-'))
  ledger = openSqliteLedger({ file: join(folder, 'ledger.db') })
})
afterEach(async () => {
  await Promise.all(pools.splice(0).map(({ servers }) => servers.close()))
  ledger.close()
})

/** A user layer that wires these servers as they are started. */
function layerOf(servers: readonly StdioServer[], file = join(folder, 'ecp.config.yaml')): HostLayer {
  const wiring = Object.fromEntries(
    servers.map(({ name, command, args }) => [name, { transport: { type: 'stdio', command, args } }]),
  )
  const { document, diagnostics } = parseHostConfig(
    JSON.stringify({ version: '0.5', tools: { servers: wiring } }),
    file,
  )
  if (!document) throw new Error(JSON.stringify(diagnostics))
  return { layer: 'user', document }
}

async function opened(wirings: readonly StdioServer[], layer = layerOf(wirings)): Promise<{ pins: Pins } & Pool> {
  const made = pool(wirings)
  pools.push(made)
  const redactor = createRedactor()
  redactor.learn({ provider: 'process.env', key: 'KEY' }, secret)
  const { servers, log } = made
  const pins = await openPins({
    layers: [layer],
    ledger,
    servers,
    redactor,
    now: () => 1_700_000_000_000,
    log: (entry) => log.push(entry),
  })
  return { pins, ...made }
}

const recorded = (kind: string) => [...ledger.records(ledgerChain)].filter(({ record }) => record.kind === kind)

test('the first use pins; a later process takes the pins from the ledger without asking the server', async () => {
  const { pins } = await opened([fixture('ok')])
  expect(pins.catalogue()).toEqual({ tools: {} })
  let changes = 0
  pins.onChange(() => changes++)
  await pins.observe('ok')
  const first = pins.catalogue()
  expect(first.tools['ok:env']).toEqual({
    definition: {
      name: 'env',
      description: 'the first description',
      inputSchema: { type: 'object', properties: {} },
    },
    digest: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  await pins.observe('ok')
  expect(pins.catalogue()).toBe(first)
  expect(changes).toBe(1)
  expect(recorded('tool.pinned')).toHaveLength(Object.keys(first.tools).length)

  const later = await opened([fixture('ok')])
  expect(later.pins.catalogue()).toEqual(first)
  expect(later.log).toEqual([])
  expect(ledger.verify({}).faults).toEqual([])
})

test('a server of the same name that is wired otherwise inherits no pin', async () => {
  const { pins } = await opened([fixture('ok')])
  await pins.observe('ok')
  const other = await opened([fixture('ok', 'another argument')])
  expect(other.pins.catalogue()).toEqual({ tools: {} })
  const elsewhere = layerOf([fixture('ok')], '/elsewhere/ecp.config.yaml')
  expect((await opened([fixture('ok')], elsewhere)).pins.catalogue()).toEqual({ tools: {} })
})

test('a definition that changes while the server runs stays pinned and is marked, on record once', async () => {
  const { pins, servers } = await opened([fixture('ok')])
  await pins.observe('ok')
  const before = pins.catalogue().tools['ok:ok']
  const marked = new Promise<void>((resolve) => pins.onChange(resolve))
  await callTool(servers, 'ok', 'change', {}, calling())
  await marked
  const after = pins.catalogue().tools['ok:ok']
  expect(after).toEqual({ ...before, observed: expect.stringMatching(/^[0-9a-f]{64}$/) })
  expect(after?.observed).not.toBe(before?.digest)
  const changes = recorded('tool.changed').length
  expect(changes).toBe(Object.keys(pins.catalogue().tools).length)

  // Back to what was pinned: another process starts the server anew.
  const later = await opened([fixture('ok')])
  await later.pins.observe('ok')
  expect(later.pins.catalogue().tools['ok:ok']).toEqual(before)
  await callTool(later.servers, 'ok', 'change', {}, calling())
  await later.pins.observe('ok')
  expect(later.pins.catalogue().tools['ok:ok']).toEqual(after)
  expect(recorded('tool.changed')).toHaveLength(changes)
})

test('a call that was decided about another definition is not sent', async () => {
  const { pins, servers } = await opened([fixture('ok')])
  await pins.observe('ok')
  await callTool(servers, 'ok', 'change', {}, calling())
  expect(await failure(callTool(servers, 'ok', 'env', {}, calling()), 'server.start-failed')).toContain(
    '`env` is not what was',
  )
})

test('a server that was started anew is looked at before its next call', async () => {
  const { pins, servers } = await opened([fixture('ok')])
  await pins.observe('ok')
  await failure(callTool(servers, 'ok', 'exit', {}, calling()), 'server.exited')
  expect(servers.isListCurrent('ok')).toBe(false)
  await callTool(servers, 'ok', 'ok', {}, calling())
  expect(servers.isListCurrent('ok')).toBe(true)
})

test('what cannot be pinned is left out and reported', async () => {
  const { pins, log } = await opened([fixture('duplicates'), fixture('large-definition'), fixture('names')])
  await Promise.all(['duplicates', 'large-definition', 'names'].map((name) => pins.observe(name)))
  expect(Object.keys(pins.catalogue().tools)).toEqual(['duplicates:one', 'large-definition:small', 'names:good'])
  const messages = log.map(({ message }) => message).join('\n')
  expect(messages).toContain('`duplicates:twice` is not pinned: it is listed twice')
  expect(messages).toContain('`large-definition:large` is not pinned: it has 300')
})

test('a secret in a definition is redacted before its digest is taken', async () => {
  const { pins } = await opened([fixture('telling', secret)])
  await pins.observe('telling')
  const told = pins.catalogue().tools['telling:ok']
  expect(told?.definition.description).toBe('your key is [secret:process.env:KEY]')
  const digest = recorded('tool.pinned')
    .map(({ record }) => JSON.stringify(record.body))
    .join()
  expect(digest).not.toContain(secret)
})

test('a server that is not started keeps its pins; one that runs and does not list counts as changed', async () => {
  const broken = fixture('ok', '', { command: '/nonexistent/server' })
  const { pins } = await opened([fixture('ok')])
  await pins.observe('ok')
  const layer = layerOf([fixture('ok')])
  const stopped = await opened([broken], layer)
  await stopped.pins.observe('ok')
  expect(stopped.pins.catalogue()).toEqual(pins.catalogue())
  const silent = await opened([{ ...fixture('hang-in-list'), name: 'ok', startTimeoutMs: 1_500 }], layer)
  await silent.pins.observe('ok')
  expect(silent.pins.catalogue().tools['ok:ok']?.observed).toBe('none')
})

test('a ledger that cannot be written pins nothing', async () => {
  const { pins, log } = await opened([fixture('ok')])
  ledger.close()
  await pins.observe('ok')
  expect(pins.catalogue()).toEqual({ tools: {} })
  expect(log.some(({ message }) => message.includes('could not be pinned'))).toBe(true)
  ledger = openSqliteLedger({ file: join(folder, 'other.db') })
})

test.each([
  ['version: "2"\nservers: {}\n', ':1:10: '],
  ['version: "1"\nservers: {}\nextra: 1\n', ':3:1: unknown key'],
  ['version: "1"\nservers: { ok: { tools: [] } }\n', ':2:25: '],
  ['version: "1"\n', ' `servers`'],
  ['{', 'ecp.lock.yaml:1:'],
])('a lock that is none is an error with its place: %j', async (text, place) => {
  writeFileSync(join(folder, 'ecp.lock.yaml'), text)
  expect(await failure(opened([fixture('ok')]), 'host.document-invalid')).toContain(place)
})
