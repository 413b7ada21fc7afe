import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { program } from '../gateway.ts'
import { held, SignedIn } from './signed-in.ts'
import { ToldEvents } from './told.ts'

// Pages hear of what happens, whichever process does it.
let desk: SignedIn
let agent: string
beforeEach(async () => {
  desk = new SignedIn(held())
  agent = await desk.service.token('ada')
  await desk.start()
})
afterEach(() => desk[Symbol.asyncDispose]())

const listening = async () => new ToldEvents(await desk.ask('/events'))
async function another(...args: string[]): Promise<number> {
  const { folder } = desk.service.gateway.desk
  const env = desk.service.gateway.environment()
  const child = spawn(process.execPath, [program, ...args, ...desk.service.gateway.flags], { cwd: folder, env })
  const [status] = await once(child, 'exit')
  expect(status).toBe(0)
  return Date.now()
}

test('a held call is told as it comes; an answer and the stop switch of other processes within a second', {
  timeout: 120_000,
}, async () => {
  const answer = await desk.ask('/events')
  expect(answer.headers.get('content-type')).toBe('text/event-stream')
  const page = new ToldEvents(answer)
  await page.first(({ event }) => event === 'state')
  expect(page.told[0]).toMatchObject({ event: 'state', data: { frozen: false, open: { hold: 0, proposal: 0 } } })
  const client = await desk.service.connect(agent)
  await client.callTool({ name: 'witness__write', arguments: {} })
  const [waiting] = await desk.open(1)
  const id = waiting?.approval ?? ''
  await page.first(({ event, data }) => event === 'approval' && data.approvals.includes(id))
  await page.first(({ event, data }) => event === 'run' && data.runs.includes(waiting?.run ?? ''))
  await page.first(({ event, data }) => event === 'state' && data.open.hold === 1)

  const before = page.told.length
  const answered = await another('approvals', 'approve', id)
  const heard = await page.first((told) => page.told.indexOf(told) >= before && told.event === 'approval')
  expect(heard.at - answered).toBeLessThan(1_000)
  const frozen = await another('freeze')
  const stopped = await page.first(({ event, data }) => event === 'state' && data.frozen)
  expect(stopped.at - frozen).toBeLessThan(1_000)
})

test('a stream ends with its session, and others go on', async () => {
  const page = await listening()
  await page.first(({ event }) => event === 'state')
  const mine = desk.token
  desk.token = await desk.signIn()
  const other = await listening()
  expect((await desk.service.ask('/console/api/session', mine, { method: 'DELETE' })).status).toBe(204)
  await page.over
  await desk.post('/freeze')
  await other.first(({ event, data }) => event === 'state' && data.frozen)
})

test('of one session so many listen and no more; who goes makes room', async () => {
  const leaving = new AbortController()
  await desk.ask('/events', { signal: leaving.signal })
  const pages = await Promise.all(Array.from({ length: 7 }, () => desk.ask('/events')))
  expect(pages.map(({ status }) => status)).toEqual(Array.from({ length: 7 }, () => 200))
  const refused = await desk.ask('/events')
  expect(refused.status).toBe(429)
  expect(await refused.json()).toMatchObject({ code: 'operator.too-many-streams' })
  leaving.abort()
  await expect.poll(async () => (await desk.ask('/events')).status).toBe(200)
})

test('the end of the server ends what listens', async () => {
  const page = await listening()
  await page.first(({ event }) => event === 'state')
  await desk.service.close()
  await page.over
})
