import { once } from 'node:events'
import { request } from 'node:http'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { oneWitness, Service } from './service.ts'

// What one client sends, or does not send, holds no other one up.
let service: Service
let token: string
beforeAll(async () => {
  service = new Service((desk) => oneWitness(desk))
  token = await service.token('ada')
  const limits = { headersMs: 300, requestMs: 600, maxBodyBytes: 100_000, maxRequestsPerClient: 4, maxConnections: 20 }
  await service.start({ limits, socket: join(service.gateway.desk.folder, 'ecp.sock') })
})
afterAll(() => service[Symbol.asyncDispose]())

/** Everything that comes until the connection ends. */
async function rest(socket: Socket): Promise<string> {
  let text = ''
  socket.setEncoding('utf8').on('data', (part) => {
    text += part
  })
  await once(socket, 'close')
  return text
}
const head = (more: string) => `POST /mcp HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\n${more}\r\n`
const others = async () => {
  const client = await service.connect(token)
  expect((await client.callTool({ name: 'witness__look', arguments: {} })).isError).toBeFalsy()
  await client.close()
}

describe('a connection', () => {
  test('whose headers never end is ended', async () => {
    const slow = await service.socket()
    slow.write('POST /mcp HTTP/1.1\r\nhost: localhost\r\nx: ')
    const drip = setInterval(() => slow.write('x'), 50)
    await others()
    expect(await rest(slow)).toMatch(/^HTTP\/1\.1 4(00|08)/)
    clearInterval(drip)
  })

  test('whose body never ends is ended', async () => {
    const half = await service.socket()
    half.write(`${head('content-type: application/json\r\ncontent-length: 1000\r\n')}{"jsonrpc"`)
    await others()
    expect(await rest(half)).toMatch(/^HTTP\/1\.1 4(00|08)|^$/)
  })

  test('with headers that are too large is refused', async () => {
    const large = await service.socket()
    large.write(head(`x: ${'x'.repeat(20_000)}\r\n`))
    expect(await rest(large)).toMatch(/^HTTP\/1\.1 4/)
  })

  test('that speaks no HTTP is refused', async () => {
    const noise = await service.socket()
    noise.write('\u0016\u0003\u0001 hello\r\n\r\n')
    expect(await rest(noise)).toMatch(/^HTTP\/1\.1 400/)
    await others()
  })

  test('is one of so many', async () => {
    const open = await Promise.all(Array.from({ length: 20 }, () => service.socket()))
    const one = await service.socket()
    expect(await rest(one)).toBe('')
    for (const socket of open) socket.destroy()
    await expect.poll(async () => (await service.ask('/healthz').catch(() => undefined))?.status).toBe(200)
  })

  test('with requests one behind the other gets their answers in that order, each on its own account', async () => {
    const pipe = await service.socket()
    const one = 'GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n'
    const two = 'GET /v1/runs HTTP/1.1\r\nhost: localhost\r\n\r\n'
    const last = 'GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n'
    pipe.write(one + two + last)
    const text = await rest(pipe)
    const found = [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)
    expect(found).toEqual(['200', '401', '200'])
  })

  test('that smuggles a second length is refused', async () => {
    const double = await service.socket()
    const two = head('content-length: 5\r\ntransfer-encoding: chunked\r\n')
    double.write(`${two}0\r\n\r\nGET /v1/runs HTTP/1.1\r\n\r\n`)
    const text = await rest(double)
    expect(text).toMatch(/^HTTP\/1\.1 400/)
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1)
  })
})

describe('a body', () => {
  const sent = (body: string | ReadableStream, headers: Record<string, string> = {}) =>
    service.ask('/mcp', token, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body,
      ...(typeof body === 'string' ? {} : { duplex: 'half' }),
    } as RequestInit)

  test('that says it is too large is refused before it is read', async () => {
    const large = await service.socket()
    large.write(head('content-type: application/json\r\ncontent-length: 100001\r\n'))
    const [answer] = await once(large.setEncoding('utf8'), 'data')
    expect(answer).toMatch(/^HTTP\/1\.1 413/)
  })

  test('that does not say how large it is, is counted', async () => {
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new TextEncoder().encode(' '.repeat(10_000))),
    })
    const answer = await sent(endless).catch(() => undefined)
    expect([undefined, 413]).toContain(answer?.status)
    await others()
  })

  test('of nobody is not read at all', async () => {
    const stranger = await service.socket()
    stranger.write('POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000000\r\n\r\n')
    const [answer] = await once(stranger.setEncoding('utf8'), 'data')
    expect(answer).toMatch(/^HTTP\/1\.1 401/)
  })

  test('that is deep, or no JSON, is refused', async () => {
    for (const body of [
      '['.repeat(40_000),
      `${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}`,
      '{',
      '\u0000',
      '"text"',
      'null',
    ]) {
      const answer = await sent(body)
      expect(answer.status, body.slice(0, 10)).toBe(400)
    }
    await others()
  })
})

describe('requests of one client', () => {
  const socket = () => join(service.gateway.desk.folder, 'ecp.sock')
  /** Over the socket. */
  const statusOf = (path: string, token: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}` }
      const asked = request({ socketPath: socket(), path, headers }, (response) => {
        response.resume().once('end', () => resolve(response.statusCode))
      })
      asked.once('error', reject).end()
    })
  const waits = () => service.gateway.witnessed().filter(({ tool }) => tool === 'wait')

  test('are counted over the address and the socket, until they are answered, and leave room for those of others', async () => {
    const [busy, bob] = [await service.token('busy'), await service.token('bob')]
    const client = await service.connect(busy)
    const waiting = Array.from({ length: 4 }, (_, at) => {
      const abort = new AbortController()
      const call = client.callTool({ name: 'witness__wait', arguments: { at } }, { signal: abort.signal })
      const over = call.then(
        () => 'answered',
        (cause: Error) => cause.message,
      )
      return { abort, over }
    })
    await expect.poll(waits).toHaveLength(4)
    expect((await service.ask('/v1/runs', busy)).status).toBe(429)
    expect(await statusOf('/v1/runs', busy)).toBe(429)
    await expect(client.callTool({ name: 'witness__look', arguments: {} })).rejects.toThrow('too many requests')
    expect(await statusOf('/v1/runs', bob)).toBe(200)
    const other = await service.connect(bob)
    expect((await other.callTool({ name: 'witness__look', arguments: { of: 'bob' } })).isError).toBeFalsy()
    // What ends one of them is taken although there are too many.
    waiting[0]?.abort.abort()
    await expect.poll(() => statusOf('/v1/runs', busy)).toBe(200)
    expect((await client.callTool({ name: 'witness__look', arguments: {} })).isError).toBeFalsy()
    for (const { abort } of waiting) abort.abort()
    await Promise.all(waiting.map(({ over }) => over))
  })
})
