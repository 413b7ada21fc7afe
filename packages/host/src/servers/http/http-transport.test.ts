import type { RequestListener } from 'node:http'
import { Client, type JSONRPCMessage } from '@modelcontextprotocol/client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Listening, listening } from '../../../test/listening.ts'
import { modern, older, streamable, type Tooling } from '../../../test/mcp-over-http.ts'
import { createGuardedFetch } from '../../network/guarded-fetch.ts'
import { type HttpServer, type HttpTransport, openHttpTransport } from './http-transport.ts'

const limits = { maxMessageBytes: 10_000, maxMessageDepth: 50, closeMs: 500 }
const raw = { '~standard': { version: 1 as const, vendor: 'test', validate: (value: unknown) => ({ value }) } }
const echo: Tooling = { call: async (_name, args) => JSON.stringify(args) }

function transportTo(url: string, kind: HttpServer['kind'] = 'http', more: Partial<HttpServer> = {}): HttpTransport {
  const fetch = createGuardedFetch({
    name: 'docs',
    rules: { domains: [], privateRefusal: 'no' },
    literals: ['127.0.0.1'],
  })
  const server = { name: 'docs', kind, url, startTimeoutMs: 20_000, callTimeoutMs: 20_000, tools: {} }
  const transport = openHttpTransport({ ...server, headers: async () => ({}), ...more }, { fetch, limits })
  onTestFinished(async () => {
    await transport.close()
    await fetch.close()
  })
  return transport
}

async function connected(transport: HttpTransport, mode: 'auto' | 'legacy' = 'auto'): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } })
  await client.connect(transport)
  return client
}

const call = (client: Client, name: string, args = {}, options: Parameters<Client['request']>[2] = {}) =>
  client.request({ method: 'tools/call', params: { name, arguments: args } }, raw, options) as Promise<unknown>

async function kept<T extends Listening>(server: Promise<T>): Promise<T> {
  const one = await server
  onTestFinished(() => one[Symbol.asyncDispose]())
  return one
}

function promised<T = void>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  return Promise.withResolvers<T>()
}

const kinds: readonly [string, HttpServer['kind'], (tooling: Tooling) => Promise<Listening>][] = [
  ['2025-11-25 with streams', 'http', (tooling) => streamable(tooling)],
  ['2025-11-25 with JSON', 'http', (tooling) => streamable(tooling, { json: true })],
  ['2026-07-28', 'http', modern],
  ['the older transport', 'sse', older],
]

describe.each(kinds)('a real server of %s', (title, kind, start) => {
  it('is called, and what it says comes through as it was said', async () => {
    const server = await kept(start(echo))
    const client = await connected(transportTo(server.url, kind))
    expect(await call(client, 'echo', { a: [1, 'ü'] })).toMatchObject({
      content: [{ type: 'text', text: '{"a":[1,"ü"]}' }],
      _meta: { 'test/unknown': [1, { a: 2 }] },
    })
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['echo', 'slow', 'dropping'])
  })

  it('gets its headers with every request, and nobody else does', async () => {
    const server = await kept(start(echo))
    let asked = 0
    const headers = async () => ({ 'x-api-key': `key-${++asked}`, 'x-team': 'docs' })
    const client = await connected(transportTo(server.url, kind, { headers }))
    await call(client, 'echo')
    expect(server.headers.length).toBeGreaterThan(1)
    for (const seen of server.headers) expect(seen).toMatchObject({ 'x-api-key': 'key-1', 'x-team': 'docs' })
    expect(asked).toBe(1)
  })

  it('hears of a cancelled call, and nothing stays open for it', async () => {
    const [begun, cancelled] = [promised(), promised()]
    const server = await kept(
      start({
        async call(_name, _args, { signal }) {
          begun.resolve()
          await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
          cancelled.resolve()
          return 'late'
        },
      }),
    )
    const client = await connected(transportTo(server.url, kind))
    const abort = new AbortController()
    const asked = call(client, 'slow', {}, { signal: abort.signal })
    await begun.promise
    abort.abort()
    await expect(asked).rejects.toThrow()
    await cancelled.promise
  })

  it.runIf(title !== '2025-11-25 with JSON')('tells of its progress while it works', async () => {
    const server = await kept(
      start({
        async call(_name, _args, { progress }) {
          for (const done of [1, 2, 3]) await progress(done)
          return 'done'
        },
      }),
    )
    const transport = transportTo(server.url, kind)
    const client = await connected(transport)
    const seen: unknown[] = []
    const { onmessage } = transport
    transport.onmessage = (message, extra) => {
      if ('method' in message) seen.push(message.params?.progress)
      onmessage?.(message, extra)
    }
    await call(client, 'slow', {}, { onprogress() {} })
    expect(seen).toEqual([1, 2, 3])
  })

  it('is gone: a call in flight fails at once', async () => {
    const begun = promised()
    const server = await start({
      async call() {
        begun.resolve()
        return new Promise(() => {})
      },
    })
    const client = await connected(transportTo(server.url, kind))
    const asked = call(client, 'slow')
    asked.catch(() => {})
    await begun.promise
    await server[Symbol.asyncDispose]()
    await expect(asked).rejects.toThrow()
  })
})

describe('sessions', () => {
  it('a session is ended at the server when the connection is closed', async () => {
    const server = await kept(streamable(echo))
    const transport = transportTo(server.url)
    await connected(transport)
    expect(server.sessions.size).toBe(1)
    await transport.close()
    expect(server.sessions.size).toBe(0)
    expect(server.seen.at(-1)).toBe('DELETE /')
  })

  it('a server that hangs at the end of a session is not waited for', async () => {
    const server = await kept(streamable(echo, { before: ({ method }) => method === 'DELETE' }))
    const transport = transportTo(server.url)
    await connected(transport)
    await transport.close()
  })

  it('a server that has forgotten the session ends the connection; the call has not happened', async () => {
    const server = await kept(streamable(echo))
    const transport = transportTo(server.url)
    const client = await connected(transport)
    server.sessions.clear()
    await expect(call(client, 'echo')).rejects.toMatchObject({
      code: 'server.start-failed',
      message: expect.stringMatching(/has ended the session \(HTTP 404\)(?: and did nothing|; nothing was sent)/),
    })
    expect(await transport.ended).toMatchObject({ code: 'server.exited' })
  })
})

describe('resumption', () => {
  it('an answer whose stream was dropped is fetched after the last event that came', async () => {
    const server = await kept(
      streamable({
        async call(_name, _args, { dropStream, progress }) {
          await progress(1)
          dropStream()
          return 'after all'
        },
      }),
    )
    const client = await connected(transportTo(server.url), 'legacy')
    const seen: number[] = []
    const result = await call(client, 'dropping', {}, { onprogress: ({ progress }) => void seen.push(progress) })
    expect(result).toMatchObject({ content: [{ text: 'after all' }] })
    expect(seen).toEqual([1])
    expect(server.headers.filter((headers) => headers['last-event-id'] !== undefined)).toHaveLength(1)
  })

  it('a stream that ends for good without an answer fails the call at once', async () => {
    const transport = await answering((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(': nothing\n\n'),
    )
    await expect(ask(transport)).rejects.toMatchObject({
      code: 'server.exited',
      message: 'server `docs` broke off its answer to `tools/call`',
    })
  })

  it('a server that asks for no pause between attempts does not get them without one', async () => {
    const gaps: number[] = []
    let last = performance.now()
    const third = promised()
    const transport = await answering((request, response) => {
      if (request.headers['last-event-id'] !== undefined) {
        gaps.push(performance.now() - last)
        if (gaps.length === 3) third.resolve()
      }
      last = performance.now()
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end('retry: 0\nid: 1\ndata:\n\n')
    })
    const abort = new AbortController()
    const asked = ask(transport, abort.signal)
    await third.promise
    abort.abort()
    await asked
    for (const gap of gaps) expect(gap).toBeGreaterThan(90)
  })
})

/** A transport to a server that answers like that, as it comes: no handshake. */
async function answering(answer: RequestListener, kind: HttpServer['kind'] = 'http', more: Partial<HttpServer> = {}) {
  const server = await kept(listening(answer))
  const transport = transportTo(`${server.url}/mcp`, kind, more)
  if (kind === 'http') await transport.start()
  return transport
}

const request: JSONRPCMessage = { jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'echo' } }
const ask = (transport: HttpTransport, requestSignal?: AbortSignal) =>
  transport.send(request, requestSignal ? { requestSignal } : {})
const json =
  (text: string, status = 200): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(text)
const events =
  (text: string): RequestListener =>
  (_request, response) =>
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(text)
const answerOf = (result: unknown, id: unknown = 7) => JSON.stringify({ jsonrpc: '2.0', id, result })

describe('answers that are none', () => {
  it.each<[string, RequestListener, string, RegExp]>([
    [
      'HTML with status 200',
      (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in</h1>'),
      'server.protocol',
      /^server `docs` answered `tools\/call` with `text\/html` instead of application\/json or text\/event-stream$/,
    ],
    ['no type', (_request, response) => response.end('{}'), 'server.protocol', /HTTP 200 and no content instead/],
    ['202', (_request, response) => response.writeHead(202).end(), 'server.protocol', /HTTP 202 and no content/],
    ['204', (_request, response) => response.writeHead(204).end(), 'server.protocol', /HTTP 204 and no content/],
    ['no JSON', json('{"jsonrpc":'), 'server.protocol', /what is no JSON-RPC message/],
    ['no message', json('{"ok":true}'), 'server.protocol', /what is no JSON-RPC message/],
    ['an event that is no JSON', events('data: {"jsonrpc":\n\n'), 'server.protocol', /what is no JSON-RPC message/],
    ['an event that is no message', events('data: {}\n\n'), 'server.protocol', /what is no JSON-RPC message/],
    ['500', (_request, response) => response.writeHead(500).end('secret-word'), 'server.protocol', /with HTTP 500$/],
    ['403', (_request, response) => response.writeHead(403).end('secret-word'), 'server.protocol', /with HTTP 403$/],
    [
      'a body of over the limit',
      json(answerOf({ text: 'x'.repeat(limits.maxMessageBytes) })),
      'server.message-too-large',
      /^server `docs` sent a message of over 10000 bytes$/,
    ],
    [
      'an event of over the limit',
      events(`data: ${answerOf({ text: 'x'.repeat(limits.maxMessageBytes) })}\n\n`),
      'server.message-too-large',
      /an event of over 10000 bytes/,
    ],
    [
      'an event that never ends, line by line',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        const write = () => {
          while (response.write('data: x\r\n'));
        }
        response.on('drain', write)
        write()
      },
      'server.message-too-large',
      /an event of over 10000 bytes/,
    ],
    [
      'too many levels',
      json(
        answerOf(JSON.parse('[['.repeat(50) + ']]'.repeat(50)) && { a: JSON.parse('['.repeat(60) + ']'.repeat(60)) }),
      ),
      'server.protocol',
      /over 50 levels/,
    ],
    [
      'a redirect to another host',
      (_request, response) => response.writeHead(307, { location: 'https://example.com/mcp' }).end(),
      'network.refused',
      /redirects `127.0.0.1:\d+` \(HTTP 307\) to `https:\/\/example.com\/mcp`, which is another origin/,
    ],
    [
      'a redirect to a metadata address',
      (_request, response) => response.writeHead(307, { location: 'http://169.254.169.254/latest' }).end(),
      'network.refused',
      /which is another origin/,
    ],
    ['a broken connection', (request) => request.socket.destroy(), 'server.exited', /closed the connection/],
  ])('%s: the request fails, at once and clearly', async (_, answer, code, message) => {
    const transport = await answering(answer)
    const heard: JSONRPCMessage[] = []
    transport.onmessage = (message) => void heard.push(message)
    const failed = await ask(transport).catch((cause: unknown) => cause)
    expect(failed).toMatchObject({ name: 'HostError', code, message: expect.stringMatching(message) })
    expect(String(failed)).not.toContain('secret-word')
    expect(heard).toEqual([])
    expect(transport.fault).toBeUndefined()
  })

  it.each<[string, RequestListener]>([
    ['before its headers', () => {}],
    ['in its body', (_request, response) => response.writeHead(200, { 'content-type': 'application/json' }).write('{')],
    [
      'in its stream',
      (_request, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n'),
    ],
  ])('one that hangs %s ends with the request, connection and all', async (_, answer) => {
    const [begun, over] = [promised(), promised()]
    const transport = await answering((request, response) => {
      request.on('end', begun.resolve).resume()
      response.on('close', over.resolve)
      answer(request, response)
    })
    const abort = new AbortController()
    const asked = ask(transport, abort.signal).catch(() => {})
    await begun.promise
    abort.abort()
    await asked
    await over.promise
  })

  it('a stream that goes on after the answer came is closed', async () => {
    const over = promised()
    const transport = await answering((_request, response) => {
      response.on('close', over.resolve)
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(`data: ${answerOf({})}\n\n`)
    })
    await ask(transport)
    await over.promise
  })

  it('what is large is let through in many events, and comments are not counted', async () => {
    const progress = JSON.stringify({
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: 1, progress: 1, message: 'x'.repeat(limits.maxMessageBytes / 2) },
    })
    const comments = ': still here\n'.repeat(limits.maxMessageBytes / 5)
    const transport = await answering(
      events(`${`data: ${progress}\n\n${comments}`.repeat(5)}data: ${answerOf({})}\n\n`),
    )
    const heard: JSONRPCMessage[] = []
    transport.onmessage = (message) => void heard.push(message)
    await ask(transport)
    expect(heard).toHaveLength(6)
  })

  it.each([
    ['its id', 7],
    ['no id', null],
  ])('a JSON-RPC error with %s reaches whoever asked, whatever its HTTP status is', async (_, id) => {
    const error = { code: -32_000, message: 'not today', data: { a: 1 } }
    const transport = await answering(json(JSON.stringify({ jsonrpc: '2.0', id, error }), 400))
    const heard: JSONRPCMessage[] = []
    transport.onmessage = (message) => void heard.push(message)
    await ask(transport)
    expect(heard).toEqual([{ jsonrpc: '2.0', id: 7, error }])
  })
})

describe('headers', () => {
  it('are asked for again when the server refuses them, once', async () => {
    const seen: unknown[] = []
    let key = 0
    const transport = await answering(
      ({ headers }, response) => {
        seen.push(headers['x-api-key'])
        if (headers['x-api-key'] === 'key-2') json(answerOf({}))({} as never, response as never)
        else response.writeHead(401).end()
      },
      'http',
      { headers: async () => ({ 'x-api-key': `key-${++key}` }) },
    )
    await ask(transport)
    expect(seen).toEqual(['key-1', 'key-2'])
  })

  it('that stay refused fail the request, which has not happened', async () => {
    const transport = await answering((_request, response) => response.writeHead(401).end(), 'http', {
      headers: async () => ({ 'x-api-key': 'secret-word' }),
    })
    await expect(ask(transport)).rejects.toMatchObject({
      code: 'server.start-failed',
      message: 'server `docs` does not accept its header bindings (HTTP 401); nothing was done',
    })
  })
})

describe('the older transport', () => {
  it.each<[string, RequestListener, string, RegExp]>([
    [
      'HTML',
      (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('x'),
      'server.protocol',
      /answered the request for its event stream with `text\/html` instead of text\/event-stream/,
    ],
    ['404', (_request, response) => response.writeHead(404).end(), 'server.protocol', /with HTTP 404$/],
    ['nothing', () => {}, 'server.start-failed', /opened no event stream within 300 ms/],
    [
      'no endpoint',
      (_request, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n'),
      'server.start-failed',
      /within 300 ms/,
    ],
    [
      'an endpoint elsewhere',
      (_request, response) =>
        response
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .write('event: endpoint\ndata: https://example.com/\n\n'),
      'server.protocol',
      /origin/,
    ],
    [
      'a stream that ends',
      (_request, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(':\n\n'),
      'server.exited',
      /ended its event stream/,
    ],
  ])('does not start on %s', async (_, answer, code, message) => {
    const transport = await answering(answer, 'sse', { startTimeoutMs: 300 })
    await expect(transport.start()).rejects.toMatchObject({
      name: 'HostError',
      code,
      message: expect.stringMatching(message),
    })
    expect(await transport.ended).toMatchObject({ code })
  })

  it('ends with its event stream, or with an event that is too large: what waits fails', async () => {
    for (const end of ['', `data: ${'x'.repeat(limits.maxMessageBytes)}`]) {
      const transport = await answering((request, response) => {
        if (request.method === 'POST') {
          response.writeHead(202).end()
          stream?.end(end)
          return
        }
        stream = response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write('event: endpoint\ndata: /messages\n\n')
      }, 'sse')
      let stream: { end(text: string): void } | undefined
      await transport.start()
      const code = end === '' ? 'server.exited' : 'server.message-too-large'
      await expect(ask(transport)).rejects.toMatchObject({ code })
      expect(await transport.ended).toMatchObject({ code })
    }
  })
})
