import type { RequestListener } from 'node:http'
import type { JSONRPCMessage } from '@modelcontextprotocol/client'
import { describe, expect, it } from 'vitest'
import { answering, answerOf, ask, events, json, limits } from '../../../test/transports.ts'

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
    const [begun, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
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
    const over = Promise.withResolvers<void>()
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
