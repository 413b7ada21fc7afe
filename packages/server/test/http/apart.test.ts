import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixtureProgram } from '../../../host/test/fixture-program.ts'
import { witness } from '../gateway.ts'
import { allow, Door } from './door.ts'
import type { HttpWire } from './http-wire.ts'

// What one client does is nothing that another one could notice, though they share the servers.
const everything = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js')
const crowd = { args: [fixtureProgram('crowd-server'), '450'] }
let door: Door
let ada: HttpWire
let bob: HttpWire
beforeAll(async () => {
  door = await Door.open((desk) => ({
    servers: { witness: witness(desk), crowd, everything: { args: [everything], wiring: { passLogs: true } } },
    policies: {
      open: {
        ...allow('witness:*', 'crowd:*', 'everything:*'),
        resourceAccess: { allow: ['everything:demo://**'] },
        budgets: { maxToolCalls: 50 },
      },
      narrow: allow('witness:look'),
    },
  }))
  ada = await door.wire('open', { client: 'ada' })
  bob = await door.wire('open', { client: 'bob' })
  for (const wire of [ada, bob]) await wire.request('tools/list')
}, 60_000)
afterAll(async () => {
  for (const wire of [ada, bob]) await wire.close()
  await door[Symbol.asyncDispose]()
})

const waiting = (id: string) => ({
  id,
  method: 'tools/call',
  params: { name: 'witness__wait', arguments: {}, _meta: { progressToken: 'the same' } },
})
const isProgress = ({ method }: { method?: string }) => method === 'notifications/progress'

test('ids and progress tokens are each one’s own, and nobody cancels for another', async () => {
  const hers = await door.wire('open', { client: 'ada' })
  for (const wire of [ada, hers, bob]) wire.send(waiting('the same'))
  for (const wire of [ada, hers, bob]) await wire.find(isProgress)
  bob.send({ method: 'notifications/cancelled', params: { requestId: 'the same' } })
  await expect.poll(() => door.gateway.witnessed().filter(({ cancelled }) => cancelled)).toHaveLength(1)
  expect(await ada.call('witness__look')).toMatchObject({ content: [{ text: 'look done' }] })
  const waits = door.gateway.actions().filter(({ target }) => target === 'witness:wait')
  expect(waits.filter(({ status }) => status === undefined)).toHaveLength(2)
  for (const wire of [ada, hers, bob]) expect(wire.received.filter(isProgress)).toHaveLength(1)
  ada.send({ method: 'notifications/cancelled', params: { requestId: 'the same' } })
  await hers.close()
  await expect.poll(() => door.gateway.witnessed().filter(({ cancelled }) => cancelled)).toHaveLength(3)
})

test('a page of one client’s list is no other one’s', async () => {
  const { result } = await ada.request('tools/list')
  const cursor = String(result?.nextCursor)
  expect((await ada.request('tools/list', { cursor })).result).toBeDefined()
  expect((await bob.request('tools/list', { cursor })).error).toMatchObject({ code: -32602 })
})

test('each is shown what its own executor may call', async () => {
  const eve = await door.wire('narrow', { client: 'eve' })
  const { tools } = (await eve.request('tools/list')).result as { tools: { name: string }[] } // reason: what tools/list gives
  expect(tools.map(({ name }) => name)).toEqual(['witness__look'])
  await eve.close()
})

test('log messages come to who asked for them', async () => {
  await ada.request('logging/setLevel', { level: 'debug' })
  await ada.call('everything__toggle-simulated-logging')
  await ada.find(({ method }) => method === 'notifications/message')
  await ada.call('everything__toggle-simulated-logging')
  expect(bob.received.filter(({ method }) => method === 'notifications/message')).toEqual([])
})

describe('the budget', () => {
  test('of one is not spent by another', async () => {
    const [one, two] = [await door.wire('open', { client: 'spender' }), await door.wire('open', { client: 'saver' })]
    const results = []
    for (let count = 0; count < 51; count++) results.push(await one.call('witness__look', { count }))
    expect(results.filter(({ isError }) => isError)).toHaveLength(1)
    expect(await two.call('witness__look')).not.toHaveProperty('isError')
    for (const wire of [one, two]) await wire.close()
  })
})
