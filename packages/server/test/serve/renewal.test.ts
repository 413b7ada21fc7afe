import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { facts } from '../gateway.ts'
import { oneWitness, Service } from './service.ts'

// The config changes while clients are connected.
let service: Service
let token: string
beforeEach(async () => {
  service = new Service((desk) => oneWitness(desk))
  token = await service.token('ada')
  await service.start()
})
afterEach(() => service[Symbol.asyncDispose]())

const said = (text: string) => expect.poll(() => service.log.join('\n'), { timeout: 10_000 }).toContain(text)
const security = (more: object) => (config: object) => ({
  ...config,
  security: { tools: { allowServers: ['witness'] }, ...more },
})

test('a session goes on, and what it calls next is decided under the new config; the budget is the same', async () => {
  const client = await service.connect(token)
  let changes = 0
  client.setNotificationHandler('notifications/tools/list_changed', () => {
    changes += 1
  })
  expect((await client.callTool({ name: 'witness__write', arguments: { first: 1 } })).isError).toBeFalsy()
  service.configure(security({ writes: { mode: 'forbid' } }))
  await said('from now on it is what is decided by')
  const denied = await client.callTool({ name: 'witness__write', arguments: { second: 2 } })
  // A tool that can do nothing is not shown, and so there is none; the operator sees why.
  expect(facts(denied)).toMatchObject({ effect: 'deny', codes: ['context.tool-not-allowed'] })
  const decisions = service.gateway
    .records()
    .flatMap((one) => (one.kind === 'action.decided' ? [one.body.decision] : []))
  expect(decisions.at(-1)?.reasons.map(({ code }) => code)).toContain('write.forbidden')
  expect((await client.callTool({ name: 'witness__look', arguments: {} })).isError).toBeFalsy()
  await expect.poll(() => changes).toBeGreaterThan(0)
  const runs = new Set(service.gateway.records().map(({ run }) => run))
  expect(runs.size).toBe(1)
})

test('what is in flight ends where it began, under what it was decided by', async () => {
  const client = await service.connect(token)
  const abort = new AbortController()
  let over: Promise<unknown> = Promise.resolve()
  await new Promise((heard) => {
    const options = { onprogress: heard, signal: abort.signal }
    over = client.callTool({ name: 'witness__wait', arguments: {} }, options).catch((cause: Error) => cause)
  })
  service.configure(security({ tools: { allowServers: ['witness'], deny: ['witness:wait'] } }))
  await said('from now on it is what is decided by')
  const again = await client.callTool({ name: 'witness__wait', arguments: { again: 1 } })
  expect(again.isError).toBe(true)
  abort.abort()
  await over
  await expect
    .poll(() => service.gateway.actions().filter(({ target }) => target === 'witness:wait'))
    .toMatchObject([{ effect: 'allow', status: 'cancelled' }, { effect: 'deny' }])
})

test('what cannot be used changes nothing, says where it is wrong, and is used once it is mended', async () => {
  const client = await service.connect(token)
  const before = service.gateway.desk
  const sound = JSON.stringify({ version: '0.5' })
  writeFileSync(service.file, '{"version": "0.5", "secruity": {}}')
  await said('cannot be used, and what held before still does')
  expect(service.log.join('\n')).toMatch(/host\.json:1:\d+.*secruity[\s\S]*security/)
  expect((await client.callTool({ name: 'witness__look', arguments: {} })).isError).toBeFalsy()
  writeFileSync(join(before.folder, 'host.json'), sound)
  await said('from now on it is what is decided by')
  expect((await client.callTool({ name: 'witness__look', arguments: {} })).isError).toBe(true)
})

test('a config that is gone is not taken for one that denies', async () => {
  const client = await service.connect(token)
  rmSync(service.file)
  await said('cannot be used')
  expect((await client.callTool({ name: 'witness__look', arguments: {} })).isError).toBeFalsy()
})

test('the ledger does not move while it is written to', async () => {
  service.configure((config) => ({ ...config, gateway: { runWindow: '1h' }, ledger: { path: 'elsewhere' } }))
  // `--trace-dir` goes first here, so that this is no move.
  await said('from now on it is what is decided by')
  const client = await service.connect(token)
  expect((await client.callTool({ name: 'witness__look', arguments: {} })).isError).toBeFalsy()
  expect(service.gateway.records().length).toBeGreaterThan(0)
})

test('a changed Context is decided by, and one that is broken keeps what was there', async () => {
  const client = await service.connect(token)
  expect((await client.callTool({ name: 'witness__look', arguments: {} })).isError).toBeFalsy()
  const file = join(service.gateway.desk.folder, 'context.json')
  writeFileSync(file, '{ nonsense')
  await said('has no boundary under the new config')
  await expect(client.callTool({ name: 'witness__look', arguments: {} })).rejects.toThrow()
  expect((await service.ask('/mcp', token, { method: 'POST', body: '{}' })).status).toBe(403)
})

test('what takes a restart is said so', async () => {
  service.configure((config) => ({ ...config, gateway: { listen: '127.0.0.1:7399' } }))
  await said('`gateway.listen` has changed: to listen there takes a restart')
  expect((await service.ask('/readyz')).status).toBe(200)
})
