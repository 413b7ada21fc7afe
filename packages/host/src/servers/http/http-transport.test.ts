import { describe, expect, it } from 'vitest'
import { kept } from '../../../test/guarded.ts'
import type { Listening } from '../../../test/listening.ts'
import { modern, older, streamable, type Tooling } from '../../../test/mcp-over-http.ts'
import { answering, ask, call, connected, transportTo } from '../../../test/transports.ts'
import type { HttpServer } from './http-transport.ts'

const echo: Tooling = { call: async (_name, args) => JSON.stringify(args) }

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
    const [begun, cancelled] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
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
    const begun = Promise.withResolvers<void>()
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
    const third = Promise.withResolvers<void>()
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
