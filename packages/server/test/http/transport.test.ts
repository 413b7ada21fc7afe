import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { witness } from '../gateway.ts'
import { allow, Door } from './door.ts'
import { callOf, initialize, Raw } from './raw.ts'

// What is wrong with a request is said as MCP's transport says it (2025-11-25 and 2026-07-28, basic/transports), and reaches
// nobody behind.
let door: Door
let ada: Raw
beforeAll(async () => {
  door = await Door.open((desk) => ({
    servers: { witness: witness(desk) },
    policies: { open: allow('witness:*') },
  }))
  ada = await new Raw(door, 'open', { client: 'ada' }).open()
}, 60_000)
afterAll(() => door[Symbol.asyncDispose]())

async function answerOf(response: Response): Promise<{ status: number; code: unknown; id: unknown }> {
  const { error, id } = (await response.json()) as { error?: { code: number }; id?: unknown } // reason: compared by the tests
  return { status: response.status, code: error?.code, id }
}
const json = (value: unknown) => JSON.stringify(value)
const ping = { jsonrpc: '2.0', id: 'p', method: 'ping' }

describe('a request is refused', () => {
  test.each([
    ['without a session id', { 'mcp-session-id': '' }, ping, 400, -32000],
    ['with a session id that never was', { 'mcp-session-id': 'x'.repeat(43) }, ping, 404, -32001],
    ['with two session ids', { 'mcp-session-id': 'a, b' }, ping, 404, -32001],
    ['with a protocol version that nobody speaks', { 'mcp-protocol-version': '1999-01-01' }, ping, 400, -32000],
    ['with a body that is no JSON', {}, '{"jsonrpc"', 400, -32700],
    ['with an empty body', {}, '', 400, -32700],
    ['with a body that is no message', {}, { hello: 1 }, 400, -32600],
    ['with another JSON-RPC', {}, { ...ping, jsonrpc: '1.0' }, 400, -32600],
    ['with a body that is null', {}, null, 400, -32600],
    ['with an id that is null', {}, { ...ping, id: null }, 400, -32600],
    ['with an id that is an object', {}, { ...ping, id: {} }, 400, -32600],
    ['with params that are no object', {}, { ...ping, params: [1] }, 400, -32600],
    ['that is a batch', {}, [ping, { ...ping, id: 'q' }], 400, -32600],
    ['that is a batch of nothing', {}, [], 400, -32600],
    ['that is a batch to begin with', { 'mcp-session-id': '' }, [{ jsonrpc: '2.0', ...initialize }], 400, -32600],
    ['with another content type', { 'content-type': 'text/plain' }, ping, 415, -32000],
    ['that accepts no answer there is', { accept: 'text/html' }, ping, 406, -32000],
    ['that initializes a session again', {}, { jsonrpc: '2.0', ...initialize }, 400, -32600],
    ['that initializes with nothing', { 'mcp-session-id': '' }, { ...ping, method: 'initialize' }, 400, -32602],
    [
      'that initializes a session of its own making',
      { 'mcp-session-id': 'mine' },
      { jsonrpc: '2.0', ...initialize },
      400,
      -32600,
    ],
  ] as const)('%s', async (_, headers, body, status, code) => {
    // biome-ignore format: one request a line
    const before = door.endpoint.sessions()
    const response = await ada.fetch('POST', headers, typeof body === 'string' ? body : json(body))
    expect(await answerOf(response)).toMatchObject({ status, code })
    expect(door.endpoint.sessions()).toBe(before)
    expect((await ada.ask({ id: 'after', method: 'ping' })).result).toEqual({})
  })

  test.each(['PUT', 'PATCH', 'OPTIONS'])('by %s', async (method) => {
    const response = await ada.fetch(method)
    expect({ status: response.status, allow: response.headers.get('allow') }).toEqual({
      status: 405,
      allow: 'GET, POST, DELETE',
    })
  })

  test.each([
    ['a GET without a session', 'GET', { 'mcp-session-id': '' }, 400],
    ['a GET of a session that never was', 'GET', { 'mcp-session-id': 'nobody' }, 404],
    ['a GET that takes no stream', 'GET', { accept: 'application/json' }, 406],
    ['a GET after an event that never was', 'GET', { 'last-event-id': '7-99' }, 400],
    ['a GET after what is no event', 'GET', { 'last-event-id': '../../etc' }, 400],
    ['a DELETE without a session', 'DELETE', { 'mcp-session-id': '' }, 400],
    ['a DELETE of a session that never was', 'DELETE', { 'mcp-session-id': 'nobody' }, 404],
  ] as const)('%s', async (_, method, headers, status) => {
    expect((await ada.fetch(method, headers)).status).toBe(status)
  })

  test('whose id is in flight already, while the first one goes on', async () => {
    const first = await ada.begin(callOf('twice', 'witness__wait', {}, { progressToken: 1 }))
    await first.find(({ method }) => method === 'notifications/progress')
    expect(await answerOf(await ada.post(callOf('twice', 'witness__write')))).toEqual({
      status: 400,
      code: -32600,
      id: 'twice',
    })
    expect(door.gateway.witnessed().filter(({ tool }) => tool === 'write')).toEqual([])
    await ada.post({ method: 'notifications/cancelled', params: { requestId: 'twice' } })
    expect(await first.rest()).toEqual([])
  })
})

describe('2026-07-28: a request is refused', () => {
  const envelope = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1.0.0' },
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const list = { id: 1, method: 'tools/list', params: { _meta: envelope } }
  const headers = { 'mcp-session-id': '', 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' }
  const look = { id: 2, method: 'tools/call', params: { name: 'witness__look', arguments: {}, _meta: envelope } }

  test('and answered when it is as it should be, as plain JSON', async () => {
    const response = await ada.post(list, headers)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect((await response.json()) as object).toMatchObject({ id: 1, result: { tools: expect.any(Array) } }) // reason: compared here
  })

  test.each([
    ['without an envelope', { ...list, params: {} }, headers, 400],
    ['without the version in its header', list, { ...headers, 'mcp-protocol-version': '' }, 400],
    ['without its method in the header', list, { ...headers, 'mcp-method': '' }, 400],
    ['with another method in the header', list, { ...headers, 'mcp-method': 'tools/call' }, 400],
    ['with another name in the header', look, { ...headers, 'mcp-method': 'tools/call', 'mcp-name': 'other' }, 400],
    ['with another version in the header', list, { ...headers, 'mcp-protocol-version': '2025-11-25' }, 400],
    [
      'of a revision to come',
      { ...list, params: { _meta: { ...envelope, 'io.modelcontextprotocol/protocolVersion': '2031-01-01' } } },
      { ...headers, 'mcp-protocol-version': '2031-01-01' },
      400,
    ],
  ] as const)('%s', async (_, message, sent, status) => {
    const before = door.gateway.witnessed().length
    expect((await ada.post(message, sent)).status).toBe(status)
    expect(door.gateway.witnessed()).toHaveLength(before)
  })
})

describe('what a client takes decides how it is answered', () => {
  test.each([
    ['application/json, text/event-stream', 'application/json'],
    ['application/json', 'application/json'],
    ['*/*', 'application/json'],
    ['', 'application/json'],
    ['text/event-stream', 'text/event-stream'],
    ['text/event-stream;q=0.9', 'text/event-stream'],
  ])('`%s`: %s', async (accept, type) => {
    const response = await ada.fetch('POST', { accept }, json({ jsonrpc: '2.0', id: 'look', method: 'ping' }))
    expect({ status: response.status, type: response.headers.get('content-type') }).toEqual({ status: 200, type })
    expect(await response.text()).toContain('"result":{}')
  })

  test('what takes long becomes a stream, and stays JSON for who takes nothing else', async () => {
    const streamed = await ada.post(callOf('long', 'witness__wait'))
    expect(streamed.headers.get('content-type')).toBe('text/event-stream')
    const plain = ada.post(callOf('plain', 'witness__wait'), { accept: 'application/json' })
    await expect.poll(() => door.gateway.witnessed().filter(({ tool }) => tool === 'wait').length).toBeGreaterThan(2)
    for (const requestId of ['long', 'plain'])
      await ada.post({ method: 'notifications/cancelled', params: { requestId } })
    expect((await plain).status).toBe(202)
    await streamed.text()
  })
})
