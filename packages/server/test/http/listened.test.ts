import { createRequire } from 'node:module'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Message } from '../talk.ts'
import { allow, Door } from './door.ts'
import { callOf, Raw } from './raw.ts'

// What the official everything server says by itself reaches a client of 2026-07-28 over HTTP: on the stream of a
// `subscriptions/listen`, and, of its log, on that of a request which asks for it.
const everything = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js')
const uri = 'demo://resource/dynamic/text/7'
let door: Door
let ada: Raw
let bob: Raw
beforeAll(async () => {
  door = await Door.open(() => ({
    servers: { everything: { args: [everything], wiring: { passLogs: true } } },
    policies: { open: { ...allow('everything:*'), resourceAccess: { allow: ['everything:demo://**'] } } },
  }))
  ada = new Raw(door, 'open', { client: 'ada' })
  bob = new Raw(door, 'open', { client: 'bob' })
}, 60_000)
afterAll(() => door[Symbol.asyncDispose]())

const toggle = (raw: Raw, what: string) =>
  raw.post2026(callOf('toggle', `everything__toggle-${what}`)).then((response) => response.text())
const listen = (...resourceSubscriptions: readonly string[]) => ({
  id: 'listen',
  method: 'subscriptions/listen',
  params: { notifications: { resourceSubscriptions } },
})
const acknowledged = ({ method }: Message) => method === 'notifications/subscriptions/acknowledged'
const updated = ({ method }: Message) => method === 'notifications/resources/updated'

test('updates of a resource come to who listens to it; what may not be read is not listened to', async () => {
  const hers = await ada.begin2026(listen(uri, 'other://secret'))
  const granted = await hers.find(acknowledged)
  expect(granted.params).toMatchObject({ notifications: { resourceSubscriptions: [uri] } })
  const his = await bob.begin2026(listen('other://secret'))
  await his.find(acknowledged)

  for (const raw of [ada, bob]) await toggle(raw, 'subscriber-updates')
  expect((await hers.find(updated)).params).toMatchObject({ uri })
  for (const raw of [ada, bob]) await toggle(raw, 'subscriber-updates')
  const ended = his.rest()
  await door.endpoint.revoke('bob')
  expect((await ended).filter(updated)).toEqual([])
  await hers.drop()
})

test('log messages come with the answer to a request that asks for them, and with no other', async () => {
  const working = (id: string, level?: string) => ({
    id,
    method: 'tools/call',
    params: {
      name: 'everything__trigger-long-running-operation',
      arguments: { duration: 8, steps: 2 },
      _meta: { progressToken: id, ...(level ? { 'io.modelcontextprotocol/logLevel': level } : {}) },
    },
  })
  const [asked, other] = await Promise.all([ada.begin2026(working('asked', 'debug')), ada.begin2026(working('other'))])
  await toggle(ada, 'simulated-logging')
  const [heard, unasked] = await Promise.all([asked.rest(), other.rest()])
  await toggle(ada, 'simulated-logging')
  const isLog = ({ method }: Message) => method === 'notifications/message'
  expect(heard.filter(isLog).length).toBeGreaterThan(0)
  expect(unasked.filter(isLog)).toEqual([])
  for (const [id, messages] of [
    ['asked', heard],
    ['other', unasked],
  ] as const)
    expect(messages.find((message) => message.id === id)?.result).toBeDefined()
})
