import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixtureProgram } from '../../../host/test/fixture-program.ts'
import { misbehaving, witness } from '../gateway.ts'
import { allow, credentials, Door } from './door.ts'
import { callOf, Raw } from './raw.ts'

// Streams that break, and that nobody reads (MCP 2025-11-25, basic/transports, Resumability and Redelivery).
const loud = { args: [fixtureProgram('loud-server')] }
const maxUnsentBytes = 500_000
let door: Door
beforeAll(async () => {
  door = await Door.open(
    (desk) => ({
      servers: { witness: witness(desk), rich: misbehaving('ok'), loud },
      policies: { open: allow('witness:*', 'rich:*', 'loud:*') },
    }),
    { limits: { maxUnsentBytes, events: { maxBytes: 20_000, maxTotalBytes: 1_000_000, maxAgeMs: 300_000 } } },
  )
  // Nothing is new on its connections any more when the tests begin.
  const first = await opened('first')
  for (const name of ['witness__look', 'rich__rich', 'loud__quiet']) await first.ask(callOf(name, name))
}, 60_000)
afterAll(() => door[Symbol.asyncDispose]())

const opened = (client: string) => new Raw(door, 'open', { client }).open()
const shout = (id: string, times: number, bytes = 10) =>
  callOf(id, 'loud__shout', { times, bytes, id }, { progressToken: id })
const callsOf = (target: string, id: string) => {
  const records = door.gateway.records()
  const ids = records.flatMap((one) =>
    one.kind === 'action.decided' && JSON.stringify(one.body.action.arguments).includes(`"id":"${id}"`)
      ? [one.body.action.id]
      : [],
  )
  return door.gateway.actions().filter((one) => one.target === target && ids.includes(one.id))
}

describe('a stream that breaks', () => {
  test('goes on where it was for who comes back, up to its result; the call was made once', async () => {
    const ada = await opened('ada')
    const first = await ada.begin(shout('once', 3))
    const { params } = await first.find()
    expect(params).toMatchObject({ progressToken: 'once', progress: 1 })
    await first.drop()
    const second = await ada.listen(first.last)
    const rest = await second.rest()
    expect(rest.map(({ params, result }) => params?.progress ?? result)).toEqual([
      2,
      3,
      { content: [{ type: 'text', text: 'said 3 times' }] },
    ])
    expect(callsOf('loud:shout', 'once')).toMatchObject([{ status: 'completed' }])
    expect(await (await ada.listen(second.last)).rest()).toEqual([])
  })

  test('while the call goes on: its answer comes to who came back last, and to nobody else', async () => {
    const ada = await opened('ada')
    const first = await ada.begin(callOf('on', 'witness__wait', { id: 'on' }, { progressToken: 'on' }))
    await first.find(({ method }) => method === 'notifications/progress')
    const second = await ada.listen(first.last)
    expect(await first.rest()).toEqual([])
    const third = await ada.listen(first.last)
    expect(await second.rest()).toEqual([])
    await ada.post({ method: 'notifications/cancelled', params: { requestId: 'on' } })
    expect(await third.rest()).toEqual([])
    expect(callsOf('witness:wait', 'on')).toMatchObject([{ status: 'cancelled' }])
  })

  test('a client that goes away cancels nothing', async () => {
    const ada = await opened('ada')
    const call = await ada.begin(callOf('away', 'witness__wait', { id: 'away' }, { progressToken: 'away' }))
    await call.find(({ method }) => method === 'notifications/progress')
    await call.drop()
    await ada.ask(callOf('meanwhile', 'witness__look'))
    expect(callsOf('witness:wait', 'away')).toMatchObject([{ effect: 'allow' }])
    expect(callsOf('witness:wait', 'away')[0]).not.toHaveProperty('status')
    await ada.fetch('DELETE')
    expect(callsOf('witness:wait', 'away')).toMatchObject([{ status: 'cancelled' }])
  })

  test('belongs to its session: its events mean nothing to another one, of the same client or not', async () => {
    const ada = await opened('ada')
    const call = await ada.begin(shout('own', 2))
    await call.find()
    await call.rest()
    for (const client of ['ada', 'bob']) {
      const response = await (await opened(client)).fetch('GET', { 'last-event-id': call.last ?? '' })
      expect(response.status).toBe(400)
    }
  })

  test('of which too much was said to be kept says so, and gives no half of it', async () => {
    const ada = await opened('ada')
    const call = await ada.begin(shout('much', 40, 1_000))
    await call.find()
    const from = call.last
    await call.rest()
    expect((await ada.fetch('GET', { 'last-event-id': from ?? '' })).status).toBe(400)
    expect(await (await ada.listen(call.last)).rest()).toEqual([])
  })
})

describe('what comes unasked', () => {
  const isChange = ({ method }: { method?: string }) => method === 'notifications/tools/list_changed'

  test('comes on the GET stream of every session; what came while it was broken comes afterwards', async () => {
    const [ada, bob] = [await opened('ada'), await opened('bob')]
    const [hers, his] = [await ada.listen(), await bob.listen()]
    await hers.event() // from where to go on
    const from = hers.last
    await hers.drop()
    await ada.ask(callOf('c', 'rich__change'))
    expect(isChange(await his.find(isChange))).toBe(true)
    const again = await ada.listen(from)
    expect(isChange(await again.find(isChange))).toBe(true)
    for (const raw of [ada, bob]) await raw.fetch('DELETE')
    for (const stream of [again, his]) await stream.rest()
  })

  test('there is one such stream for a session, until it is left', async () => {
    const ada = await opened('ada')
    const first = await ada.listen()
    await first.event()
    expect((await ada.fetch('GET')).status).toBe(409)
    await first.drop()
    await expect.poll(async () => (await ada.fetch('GET')).status).toBe(200)
    await ada.fetch('DELETE')
  })
})

describe('a client that reads nothing', () => {
  /** Asks, and leaves what comes where it is. */
  async function deaf(text: string, headers: Readonly<Record<string, string>>): Promise<Socket> {
    const { hostname, port, pathname } = new URL(door.url)
    const socket = connect({ host: hostname, port: Number(port) })
    socket.on('error', () => undefined) // it ends in the middle
    socket.pause()
    await once(socket, 'connect')
    const fields = {
      host: hostname,
      'content-type': 'application/json',
      'content-length': `${text.length}`,
      ...headers,
    }
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.write(`POST ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n${text}`)
    return socket
  }
  const times = 60
  const bytes = 500_000

  test('is left, its call goes on, and nobody else is held up', async () => {
    const ada = await opened('ada')
    const socket = await deaf(JSON.stringify({ jsonrpc: '2.0', ...shout('deaf', times, bytes) }), {
      ...credentials('open', { client: 'ada' }),
      accept: 'application/json, text/event-stream',
      'mcp-session-id': ada.session,
    })
    await expect.poll(() => callsOf('loud:shout', 'deaf'), { timeout: 30_000 }).toMatchObject([{ status: 'completed' }])
    expect((await ada.ask(callOf('l', 'witness__look'))).result).toBeDefined()
    let read = 0
    socket.on('data', (data) => {
      read += data.length
    })
    await once(socket.resume(), 'close')
    expect(read).toBeLessThan(times * bytes)
  })

  test('2026-07-28: is left, and its call with it', async () => {
    const envelope = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'deaf', version: '1.0.0' },
      'io.modelcontextprotocol/clientCapabilities': {},
      progressToken: 'd',
    }
    const args = { times: 1_000, bytes, id: 'deaf too' }
    const params = { name: 'loud__shout', arguments: args, _meta: envelope }
    const socket = await deaf(JSON.stringify({ jsonrpc: '2.0', id: 'd', method: 'tools/call', params }), {
      ...credentials('open', { client: 'eve' }),
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'loud__shout',
    })
    await expect
      .poll(() => callsOf('loud:shout', 'deaf too'), { timeout: 30_000 })
      .toMatchObject([{ status: 'cancelled' }])
    await once(socket.resume(), 'close')
  })
})
