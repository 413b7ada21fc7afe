import { join } from 'node:path'
import type { JsonObject } from '@ecp/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixtureProgram } from '../../host/test/fixture-program.ts'
import { facts, Gateway, misbehaving, witness } from './gateway.ts'
import { peakMegabytes, type Wire } from './wire.ts'

// Servers that do what no server should, behind one `ecp mcp`: each fails its own calls, in bounded time and memory,
// clearly, while the others go on.
const raw = fixtureProgram('misbehaving-server')
const startTimeoutMs = 3_000
const reads = (...tools: string[]): JsonObject => ({
  tools: Object.fromEntries(tools.map((tool) => [tool, { effect: 'read' }])),
})

let gateway: Gateway
let wire: Wire
/** A server that starts well, and from the next start on behaves as the mode says. */
const moody = (mode: string) =>
  gateway.desk.write('moody.mjs', `process.argv[2] = ${JSON.stringify(mode)}; await import(${JSON.stringify(raw)})`)

beforeAll(async () => {
  gateway = new Gateway((desk) => ({
    servers: {
      witness: witness(desk),
      moody: { args: [join(desk.folder, 'moody.mjs')], wiring: { startTimeoutMs, ...reads('ok') } },
      slow: misbehaving('ok', { callTimeoutMs: 600, ...reads('cancelled') }),
      exits: misbehaving('ok', reads('exit')),
      garbage: misbehaving('ok'),
      huge: misbehaving('ok', reads('huge')),
      endless: misbehaving('ok', reads('endless')),
      deep: misbehaving('ok'),
      changes: misbehaving('ok'),
      hangs: misbehaving('hang-at-start', { startTimeoutMs }),
      'hangs-in-list': misbehaving('hang-in-list', { startTimeoutMs }),
      dies: misbehaving('exit-at-start'),
      greets: misbehaving('garbage-at-start', { startTimeoutMs }),
      crowds: misbehaving('many'),
      pages: misbehaving('endless-pages'),
    },
    policies: {
      open: { toolAccess: { default: 'deny', allow: ['*:*'] }, budgets: { maxDenials: 1_000 } },
      moody: { toolAccess: { default: 'deny', allow: ['moody:*'] } },
    },
  }))
  moody('ok')
  // First sessions pin what can be pinned; of this one it is certain, also where all of them together start slowly.
  for (let isPinned = false; !isPinned; ) isPinned = (await listed('moody')).includes('moody__ok')
  await listed('open')
  moody('hang-at-start')
  wire = await gateway.wire('open')
}, 60_000)
/** The names on the first page, in a session of its own. */
async function listed(executor: string): Promise<string> {
  const session = await gateway.wire(executor)
  const { result } = await session.request('tools/list')
  await session.close()
  return JSON.stringify(result)
}
afterAll(async () => {
  expect(await wire?.close()).toBe(0)
  gateway[Symbol.dispose]()
})

const text = (result: JsonObject) => (result.content as { text: string }[])[0]?.text ?? ''
async function expectOthersGoOn(): Promise<void> {
  expect(await wire.call('witness__look')).toEqual({ content: [{ type: 'text', text: 'look done' }] })
}
/** The call's refusal. What is not bounded never comes, and its test ends by its own limit. */
async function failing(name: string): Promise<{ said: string; outcome: unknown; codes: unknown }> {
  const result = await wire.call(name)
  expect(result.isError, JSON.stringify(result).slice(0, 500)).toBe(true)
  const { outcome, codes } = facts(result)
  return { said: text(result), outcome, codes }
}

test('servers that never come up hide nothing of the others: tools/list is there in bounded time', async () => {
  const names: string[] = []
  for (let cursor: unknown; ; ) {
    const { result } = await wire.request('tools/list', cursor === undefined ? {} : { cursor: String(cursor) })
    names.push(...((result?.tools ?? []) as { name: string }[]).map(({ name }) => name)) // reason: a list of tools
    cursor = result?.nextCursor
    if (cursor === undefined) break
  }
  const servers = new Set(names.map((name) => name.slice(0, name.indexOf('__'))))
  for (const server of ['witness', 'slow', 'exits', 'garbage', 'huge', 'endless', 'deep', 'changes'])
    expect(servers).toContain(server)
  for (const server of ['hangs', 'hangs-in-list', 'dies', 'greets', 'crowds', 'pages'])
    expect(servers).not.toContain(server)
  await expectOthersGoOn()
})

describe('a server that', () => {
  test('hangs at start fails the call, which it never heard of', async () => {
    const { said, outcome, codes } = await failing('moody__ok')
    expect({ outcome, codes }).toEqual({ outcome: 'failed', codes: ['server.start-failed'] })
    expect(said).toMatch(
      /`moody:ok` was allowed but failed: server `moody` (did not start|failed 1 times|was not reached)/,
    )
    expect(said).toContain('waiting for a lock')
    await expectOthersGoOn()
  })

  test('hangs in a call: the deadline ends it, the server is told, and its next call works', async () => {
    const { said, outcome, codes } = await failing('slow__slow')
    expect({ outcome, codes }).toEqual({ outcome: 'unknown', codes: ['server.timeout'] })
    expect(said).toContain('whether it took effect is not known')
    expect(said).toContain('within 600 ms')
    expect(JSON.parse(text(await wire.call('slow__cancelled')))).toMatchObject([{ reason: expect.any(String) }])
    await expectOthersGoOn()
  })

  test('exits in a call: the error has its last words, and it is started again for the next one', async () => {
    const { said, outcome, codes } = await failing('exits__exit')
    expect({ outcome, codes }).toEqual({ outcome: 'failed', codes: ['server.exited'] })
    expect(said).toContain('ended with exit code 7')
    expect(said).toContain('out of memory')
    expect(await wire.call('exits__ok', { again: true })).toEqual({
      content: [{ type: 'text', text: '{"again":true}' }],
    })
    await expectOthersGoOn()
  })

  test('prints garbage', async () => {
    const { said, outcome, codes } = await failing('garbage__garbage')
    expect({ outcome, codes }).toEqual({ outcome: 'unknown', codes: ['server.protocol'] })
    expect(said).toContain('lines that are no JSON-RPC messages')
    await expectOthersGoOn()
  })

  test('nests without end', async () => {
    const { codes } = await failing('deep__deep')
    expect(codes).toEqual(['server.protocol'])
    await expectOthersGoOn()
  })

  test('sends 100 MB, in one line or without end', async () => {
    for (const name of ['huge__huge', 'endless__endless']) {
      const { said, outcome, codes } = await failing(name)
      expect({ outcome, codes }).toEqual({ outcome: 'failed', codes: ['server.message-too-large'] })
      expect(said).toMatch(/sent a line of over \d+ bytes/)
      await expectOthersGoOn()
    }
  })

  test('changes a definition while it runs: that tool is denied, and the model is told what to do', async () => {
    expect(await wire.call('changes__ok', { before: true })).not.toHaveProperty('isError')
    await wire.call('changes__change')
    const { said, outcome, codes } = await failing('changes__ok')
    expect({ outcome, codes }).toEqual({ outcome: 'denied', codes: ['tool.definition-changed'] })
    expect(said).toContain('no longer what the operator agreed to')
    await expectOthersGoOn()
  })
})

test('what went wrong is on record, and nothing else is', async () => {
  const actions = gateway.actions()
  expect(actions.filter(({ effect, status }) => effect === 'allow' && status === undefined)).toEqual([])
  expect(actions.find(({ target }) => target === 'slow:slow')).toMatchObject({ effect: 'allow', status: 'unknown' })
  expect(actions.find(({ target }) => target === 'exits:exit')).toMatchObject({ effect: 'allow', status: 'failed' })
})

test.runIf(process.platform === 'linux')('memory stays bounded through all of it', () => {
  const peak = peakMegabytes(wire.child.pid ?? 0)
  console.log(`peak memory of ecp mcp: ${peak.toFixed(0)} MB`)
  expect(peak).toBeLessThan(300)
})
