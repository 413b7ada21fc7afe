import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { witness } from '../gateway.ts'
import { allow, Door } from './door.ts'
import { callOf, type Heard, initialize, Raw } from './raw.ts'

// Whose sessions are whose (MCP 2025-11-25, basic/transports, Session Management), how many there are, and how they end.
let now = 0
let door: Door
beforeAll(async () => {
  door = await Door.open((desk) => ({ servers: { witness: witness(desk) }, policies: { open: allow('witness:*') } }), {
    limits: { maxSessionsPerClient: 3, maxSessions: 6, idleMs: 60_000, sweepMs: 20 },
    maxRequestsPerClient: 4,
    now: () => now,
  })
}, 60_000)
afterAll(() => door[Symbol.asyncDispose]())

let clients = 0
/** A client that nobody else is. */
const somebody = () => `client-${++clients}`
const opened = (client: string) => new Raw(door, 'open', { client }).open()
/** A call that goes on until it is cancelled, at the server already. */
async function waiting(raw: Raw, id: string, tool = 'wait'): Promise<Heard> {
  const heard = await raw.begin(callOf(id, `witness__${tool}`, { id }, { progressToken: id }))
  await heard.find(({ method }) => method === 'notifications/progress')
  return heard
}
/** What came of the calls of a client, as the ledger has it. */
function outcomes(...ids: string[]): (string | undefined)[] {
  const records = door.gateway.records()
  return ids.map((id) => {
    const decided = records.find(
      (one) => one.kind === 'action.decided' && (one.body.action.arguments as { id?: string }).id === id, // reason: what `waiting` sends
    )
    const action = decided?.kind === 'action.decided' ? decided.body.action.id : undefined
    const finished = records.find((one) => one.kind === 'action.finished' && one.body.action === action)
    return finished?.kind === 'action.finished' ? finished.body.outcome.status : undefined
  })
}
/** What the client of a call hears when its session ends under it. */
const ended = expect.objectContaining({ error: expect.objectContaining({ code: -32_001 }) })
const ping = (raw: Raw, session: string) =>
  raw.post({ id: 1, method: 'ping' }, { 'mcp-session-id': session }).then(({ status }) => status)

describe('DELETE', () => {
  test('ends what is in flight, as cancelled and recorded, and the session with it', async () => {
    const ada = await opened(somebody())
    const listening = await ada.listen()
    const calls = [await waiting(ada, 'deleted read'), await waiting(ada, 'deleted write', 'wait_write')]
    expect((await ada.fetch('DELETE')).status).toBe(200)
    expect(outcomes('deleted read', 'deleted write')).toEqual(['cancelled', 'unknown'])
    for (const stream of calls) expect(await stream.rest()).toEqual([ended])
    await listening.rest()
    for (const method of ['GET', 'DELETE']) expect((await ada.fetch(method)).status).toBe(404)
    expect(await ping(ada, ada.session)).toBe(404)
  })
})

describe('a session id', () => {
  test('of somebody else is like one that never was, whatever is asked', async () => {
    const ada = await opened(somebody())
    const bob = await opened(somebody())
    for (const method of ['POST', 'GET', 'DELETE']) {
      const body = method === 'POST' ? JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }) : undefined
      const answers = await Promise.all(
        [ada.session, 'never-was'].map((id) => bob.fetch(method, { 'mcp-session-id': id }, body)),
      )
      const [foreign, unknown] = await Promise.all(answers.map(async (one) => [one.status, await one.text()]))
      expect(foreign).toEqual(unknown)
      expect(foreign?.[0]).toBe(404)
    }
    expect(await ping(ada, ada.session)).toBe(200)
  })

  test('of the same client before it was changed is not found any more', async () => {
    const client = somebody()
    const ada = await opened(client)
    door.generations.set(client, 2)
    expect(await ping(ada, ada.session)).toBe(404)
    expect((await opened(client)).session).not.toBe(ada.session)
  })

  test('cannot be guessed: 256 bits, of which no two are the same', async () => {
    const ids = [(await opened(somebody())).session, (await opened(somebody())).session]
    expect(new Set(ids).size).toBe(2)
    for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{43}$/)
  })
})

describe('limits', () => {
  test('of one client: the oldest idle session makes room, and one in use does not', async () => {
    const client = somebody()
    const busy = await opened(client)
    const call = await waiting(busy, 'kept')
    now += 1
    const idle = await opened(client)
    now += 1
    const newer = await opened(client)
    now += 1
    const newest = await opened(client)
    expect(await Promise.all([busy, idle, newer, newest].map((raw) => ping(raw, raw.session)))).toEqual([
      200, 404, 200, 200,
    ])
    await busy.post({ method: 'notifications/cancelled', params: { requestId: 'kept' } })
    await call.rest()
  })

  test('of one client: with none idle, another one is refused', async () => {
    const client = somebody()
    const all = [await opened(client), await opened(client), await opened(client)]
    const streams = await Promise.all(all.map((raw) => raw.listen()))
    const refused = await new Raw(door, 'open', { client }).post(initialize)
    expect({ status: refused.status, wait: refused.headers.get('retry-after') }).toEqual({ status: 429, wait: '10' })
    await door.endpoint.revoke(client)
    for (const stream of streams) expect(await stream.rest()).toEqual([])
  })

  test('of all: the oldest idle session makes room', async () => {
    const all: Raw[] = []
    for (let count = 0; count < 7; count++) {
      now += 1
      all.push(await opened(somebody()))
    }
    expect(door.endpoint.sessions()).toBe(6)
    const [first, ...others] = all
    expect(await ping(all[0] as Raw, first?.session ?? '')).toBe(404) // reason: seven were made
    for (const raw of others) expect(await ping(raw, raw.session)).toBe(200)
  })

  test('of one client: so many requests in flight, over all its sessions, and dropped connections count', async () => {
    const client = somebody()
    const [one, two] = [await opened(client), await opened(client)]
    const calls = ['a', 'b', 'c', 'd'].map((id, index) => waiting(index % 2 ? one : two, `many ${id}`))
    for (const call of await Promise.all(calls)) await call.drop()
    expect((await one.post(callOf(9, 'witness__look'))).status).toBe(429)
    const other = await opened(somebody())
    expect((await other.ask(callOf(9, 'witness__look'))).result).toBeDefined()
    await two.post({ method: 'notifications/cancelled', params: { requestId: 'many a' } })
    await expect.poll(async () => (await one.post({ id: 10, method: 'ping' })).status).toBe(200)
    await door.endpoint.revoke(client)
  })
})

describe('a session that nobody uses', () => {
  test('ends after its time; one in which something is in flight, or that is listened to, does not', async () => {
    const [idle, busy, heard] = [await opened(somebody()), await opened(somebody()), await opened(somebody())]
    const call = await waiting(busy, 'long')
    const listening = await heard.listen()
    now += 61_000
    await expect.poll(() => door.endpoint.sessions()).toBe(2)
    expect(await ping(idle, idle.session)).toBe(404)
    for (const raw of [busy, heard]) expect(await ping(raw, raw.session)).toBe(200)
    await busy.fetch('DELETE')
    await heard.fetch('DELETE')
    await call.rest()
    await listening.rest()
  })
})

describe('revoke', () => {
  test('ends streams and what is in flight at once, of all sessions of a client, and leaves nothing', async () => {
    const client = somebody()
    const [one, two, other] = [await opened(client), await opened(client), await opened(somebody())]
    const listening = await one.listen()
    const calls = [await waiting(one, 'revoked read'), await waiting(two, 'revoked write', 'wait_write')]
    const theirs = await waiting(other, 'of another')
    await door.endpoint.revoke(client)
    expect(outcomes('revoked read', 'revoked write', 'of another')).toEqual(['cancelled', 'unknown', undefined])
    expect(await listening.rest()).toEqual([])
    for (const stream of calls) expect(await stream.rest()).toEqual([ended])
    expect(door.endpoint.isOpen(client)).toBe(false)
    for (const raw of [one, two]) expect(await ping(raw, raw.session)).toBe(404)
    expect(await ping(other, other.session)).toBe(200)
    await other.post({ method: 'notifications/cancelled', params: { requestId: 'of another' } })
    await theirs.rest()
  })

  test('of a client of 2026-07-28 does the same', async () => {
    const client = somebody()
    const raw = new Raw(door, 'open', { client })
    const call = await raw.begin2026(callOf('r', 'witness__wait', { id: 'revoked modern' }, { progressToken: 'r' }))
    await call.find(({ method }) => method === 'notifications/progress')
    expect(door.endpoint.isOpen(client)).toBe(true)
    await door.endpoint.revoke(client)
    expect(outcomes('revoked modern')).toEqual(['cancelled'])
    expect(await call.rest()).toEqual([])
    expect(door.endpoint.isOpen(client)).toBe(false)
  })
})

test('close ends everything on record, and takes nothing new', async () => {
  const closing = await Door.open((desk) => ({
    servers: { witness: witness(desk) },
    policies: { open: allow('witness:*') },
  }))
  const ada = await new Raw(closing, 'open').open()
  const call = await ada.begin(callOf('c', 'witness__wait', {}, { progressToken: 'c' }))
  await call.find(({ method }) => method === 'notifications/progress')
  await closing.endpoint.close()
  expect(closing.gateway.actions()).toMatchObject([{ target: 'witness:wait', status: 'cancelled' }])
  expect(await call.rest()).toEqual([ended])
  expect(closing.endpoint.sessions()).toBe(0)
  expect((await ada.post({ id: 1, method: 'ping' })).status).toBe(503)
  await closing[Symbol.asyncDispose]()
})
