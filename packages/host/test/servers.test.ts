import { execFile } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { fixtureProgram } from './fixture-program.ts'
import {
  calling,
  callTool,
  failure,
  fixture,
  isAlive,
  official,
  type Pool,
  pool,
  secret,
  textOf,
  wired,
} from './servers.ts'

let open: Pool | undefined
function opened(...args: Parameters<typeof pool>): Pool {
  open = pool(...args)
  return open
}
afterEach(() => open?.servers.close())

test('the official servers list their tools and answer calls, started in parallel', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ecp-servers-'))
  writeFileSync(join(folder, 'hello.txt'), 'good morning')
  const { servers } = opened([
    wired('files', [official('filesystem'), folder]),
    wired('memory', [official('memory')], { environment: async () => ({ MEMORY_FILE_PATH: join(folder, 'm.json') }) }),
    wired('everything', [official('everything')]),
  ])
  const lists = await Promise.all(['files', 'memory', 'everything'].map((name) => servers.tools(name)))
  expect(lists.map((list) => list.length > 5)).toEqual([true, true, true])
  const read = await callTool(servers, 'files', 'read_text_file', { path: join(folder, 'hello.txt') }, calling())
  expect(textOf(read)).toBe('good morning')
  const echo = await callTool(servers, 'everything', 'echo', { message: 'hi' }, calling())
  expect(textOf(echo)).toContain('hi')
})

test('results and definitions arrive as they were sent, unknown fields included', async () => {
  const { servers } = opened([fixture('ok')])
  const [tool] = await servers.tools('ok')
  expect(tool).toEqual({
    name: 'ok',
    description: 'the first description',
    inputSchema: { type: 'object', properties: {} },
    'x-unknown': { kept: true },
  })
  expect(await callTool(servers, 'ok', 'rich', {}, calling())).toEqual({
    content: [
      { type: 'text', text: 'x', 'x-block': [1, { deep: null }] },
      { type: 'x-new', value: 1 },
    ],
    structuredContent: { n: 1.5, s: 'ä' },
    _meta: { 'example.com/a': { b: true } },
    'x-result': 'kept',
  })
})

test('calls at the same time share one start', async () => {
  let starts = 0
  const environment = async () => {
    starts++
    return {}
  }
  const { servers } = opened([fixture('ok', '', { environment })])
  const results = await Promise.all([1, 2, 3, 4, 5].map((n) => callTool(servers, 'ok', 'ok', { n }, calling())))
  expect(results.map(textOf)).toEqual([1, 2, 3, 4, 5].map((n) => `{"n":${n}}`))
  expect(starts).toBe(1)
})

test('a server that hangs at start fails in its time, with what it said', async () => {
  const { servers } = opened([fixture('hang-at-start', '', { startTimeoutMs: 1_500 })])
  const [called, listed] = await Promise.all([
    failure(callTool(servers, 'hang-at-start', 'ok', {}, calling()), 'server.start-failed'),
    failure(servers.tools('hang-at-start'), 'server.start-failed'),
  ])
  expect(listed).toBe(called)
  expect(called).toContain('did not answer `initialize` within 1500 ms')
  expect(called).toContain('waiting for a lock')
})

test('a call is over when its time is, and the server hears of it', async () => {
  const { servers } = opened([fixture('ok')])
  await servers.tools('ok')
  expect(await failure(callTool(servers, 'ok', 'slow', {}, calling(100)), 'server.timeout')).toContain('100 ms')
  const abort = new AbortController()
  const call = callTool(
    servers,
    'ok',
    'slow',
    {},
    {
      ...calling(20_000, abort.signal),
      onProgress: () => abort.abort(),
    },
  )
  await failure(call, 'server.cancelled')
  const cancelled = JSON.parse(textOf(await callTool(servers, 'ok', 'cancelled', {}, calling())))
  expect(cancelled.map((params: { reason: string }) => params.reason)).toEqual(['timed out', 'cancelled'])
})

test('progress passes through as the server sent it', async () => {
  const { servers } = opened([fixture('ok')])
  const abort = new AbortController()
  const heard = new Promise((resolve) => {
    const call = callTool(servers, 'ok', 'slow', {}, { ...calling(20_000, abort.signal), onProgress: resolve })
    call.catch(() => {})
  })
  expect(await heard).toMatchObject({ progress: 1, total: 3, message: 'working', 'x-unknown': 7 })
  abort.abort()
})

test('an exit in a call fails that call with code and stderr; the next call starts it again', async () => {
  const { servers } = opened([fixture('ok')])
  const changes: string[] = []
  servers.onToolsChanged((name) => changes.push(name))
  const message = await failure(callTool(servers, 'ok', 'exit', {}, calling()), 'server.exited')
  expect(message).toContain('exit code 7')
  expect(message).toContain('about to fail\nout of memory')
  expect(textOf(await callTool(servers, 'ok', 'ok', { again: true }, calling()))).toBe('{"again":true}')
  expect(changes).toEqual(['ok'])
})

test('a server that crashes again and again is left alone for a growing while', async () => {
  let clock = 0
  const { servers, logged } = opened([fixture('ok')], { firstBackoffMs: 1_000 }, () => clock)
  await failure(callTool(servers, 'ok', 'exit', {}, calling()), 'server.exited')
  await logged((entry) => entry.event === 'failed')
  await failure(callTool(servers, 'ok', 'exit', {}, calling()), 'server.exited')
  const refused = await failure(callTool(servers, 'ok', 'ok', {}, calling()), 'server.start-failed')
  expect(refused).toContain('is not started again for 0.8 s')
  expect(refused).toContain('exit code 7')
  clock += 1_000
  expect(textOf(await callTool(servers, 'ok', 'ok', {}, calling()))).toBe('{}')
})

test('a server that cannot be started says why, and is not tried again at once', async () => {
  const { servers } = opened(
    [fixture('exit-at-start'), wired('absent', [], { command: '/nonexistent/server' })],
    {},
    () => 0,
  )
  const message = await failure(servers.tools('exit-at-start'), 'server.start-failed')
  expect(message).toContain('exit code 3')
  expect(message).toContain('no database at /nowhere')
  expect(await failure(servers.tools('exit-at-start'), 'server.start-failed')).toContain('not started again')
  expect(await failure(servers.tools('absent'), 'server.start-failed')).toContain('ENOENT')
  await failure(servers.tools('unheard-of'), 'server.unsupported')
})

test.each([
  ['garbage', 'server.protocol', 'no JSON-RPC messages'],
  ['endless', 'server.message-too-large', '4000000 bytes'],
  ['huge', 'server.message-too-large', '4000000 bytes'],
  ['deep', 'server.protocol', '200 levels'],
] as const)('a call answered with %s fails, memory stays bounded, and the pool lives on', async (tool, code, text) => {
  const { servers } = opened([fixture('ok'), fixture('stay')])
  await Promise.all([servers.tools('ok'), servers.tools('stay')])
  let peak = 0
  const before = process.memoryUsage().rss
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss - before)
  }, 5)
  const beside = callTool(servers, 'ok', 'slow', {}, calling())
  const [message] = await Promise.all([
    failure(callTool(servers, 'ok', tool, {}, calling()), code),
    failure(beside, code),
  ])
  clearInterval(watch)
  expect(message).toContain(text)
  expect(peak).toBeLessThan(60_000_000)
  expect(textOf(await callTool(servers, 'stay', 'ok', {}, calling()))).toBe('{}')
  expect(textOf(await callTool(servers, 'ok', 'ok', {}, calling()))).toBe('{}')
})

test('corrupted messages end neither the process nor, while they are few, the connection', async () => {
  const { servers } = opened([fixture('ok')], { maxGarbageLines: 1_000_000 })
  await servers.tools('ok')
  const message = fc.constantFrom(
    { jsonrpc: '2.0', id: 1, result: {} },
    { jsonrpc: '2.0', id: 3, error: { code: 1, message: 'x', data: null } },
    { jsonrpc: '2.0', id: 'a', method: 'ping', params: {} },
    { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 'ecp-1', progress: 1 } },
    { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } },
    { jsonrpc: '2.0', id: 2, method: 'sampling/createMessage', params: { messages: [] } },
  )
  const cut = fc
    .tuple(message, fc.nat(120), fc.nat(3), fc.string({ maxLength: 3 }))
    .map(([value, at, length, text]) => {
      const line = JSON.stringify(value)
      return line.slice(0, at) + text + line.slice(at + length)
    })
  const replaced = fc
    .tuple(message, fc.constantFrom('jsonrpc', 'id', 'method', 'params', 'result', 'error'), fc.jsonValue())
    .map(([value, key, other]) => JSON.stringify({ ...value, [key]: other }))
  const lines = fc.array(fc.oneof(cut, replaced, fc.json()), { minLength: 1, maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(lines, async (some) => {
      // An answer with the id of a request in flight is an answer: these ids are far away.
      const harmless = some.map((line) => line.replace(/"id":\d+/g, '"id":900000').replaceAll('\n', ' '))
      expect(textOf(await callTool(servers, 'ok', 'verbatim', { lines: harmless }, calling()))).toBe('after them')
    }),
    { numRuns: 60 },
  )
})

test('a greeting on stdout is only logged', async () => {
  const { servers, log } = opened([fixture('ok')])
  expect(textOf(await callTool(servers, 'ok', 'banner', {}, calling()))).toBe('after a banner')
  expect(log.filter((entry) => entry.event === 'garbage')).toHaveLength(1)
})

test('a server that greets without end fails its start', async () => {
  const { servers } = opened([fixture('garbage-at-start')])
  expect(await failure(servers.tools('garbage-at-start'), 'server.start-failed')).toContain('no JSON-RPC messages')
})

test('a flood on stderr is kept by its end, redacted, and goes to the log', async () => {
  const { servers, log } = opened([fixture('ok', secret)])
  await callTool(servers, 'ok', 'stderr', {}, calling())
  const message = await failure(callTool(servers, 'ok', 'exit', {}, calling()), 'server.exited')
  expect(message.length).toBeLessThan(10_000)
  expect(message).toContain('the value is [secret:process.env:KEY]')
  expect(await failure(callTool(servers, 'ok', 'error', {}, calling()), 'server.error')).toContain('bad [secret')
  expect(JSON.stringify(log)).not.toContain(secret)
})

test('a child sees the given environment and nothing else', async () => {
  const { servers } = opened([fixture('ok', '', { environment: async () => ({ ONLY: 'this' }) })])
  const env = JSON.parse(textOf(await callTool(servers, 'ok', 'env', {}, calling())))
  delete env.__CF_USER_TEXT_ENCODING
  expect(env).toEqual({ ONLY: 'this' })
})

test('what a server asks of its client is not offered', async () => {
  const { servers } = opened([fixture('ok')])
  const answers = JSON.parse(textOf(await callTool(servers, 'ok', 'ask', {}, calling())))
  expect(answers).toEqual([
    { id: 'sampling', code: -32601 },
    { id: 'roots', code: -32601 },
    { id: 'elicit', code: -32601 },
  ])
})

test('tools come from all pages, within bounds', async () => {
  const { servers, log } = opened([
    fixture('pages'),
    fixture('endless-pages'),
    fixture('many'),
    fixture('names'),
    fixture('hang-in-list', '', { startTimeoutMs: 1_500 }),
  ])
  expect((await servers.tools('pages')).map((tool) => tool.name)).toEqual(['one', 'two'])
  expect(await failure(servers.tools('endless-pages'), 'server.protocol')).toContain('more than 100 pages')
  expect(await failure(servers.tools('many'), 'server.protocol')).toContain('more than 5000 tools')
  expect((await servers.tools('names')).map((tool) => tool.name)).toEqual(['good'])
  expect(log.find((entry) => entry.event === 'tools-refused')?.message).toContain('4 tools are not listed')
  await failure(servers.tools('hang-in-list'), 'server.timeout')
})

test('list changes are told', async () => {
  const { servers } = opened([fixture('ok')])
  const changed = new Promise((resolve) => servers.onToolsChanged(resolve))
  await callTool(servers, 'ok', 'change', {}, calling())
  expect(await changed).toBe('ok')
})

test('close ends the whole process group, in bounded time, also of a server that does not want to', async () => {
  const { servers, logged } = opened([fixture('grandchild'), fixture('deaf'), fixture('hang-at-start')])
  await Promise.all([servers.tools('grandchild'), servers.tools('deaf')])
  const starting = failure(servers.tools('hang-at-start'), 'server.start-failed')
  await logged((entry) => entry.server === 'hang-at-start')
  const { message } = await logged((entry) => entry.message.startsWith('grandchild '))
  const pid = Number(message.split(' ')[1])
  expect(isAlive(pid)).toBe(true)
  await servers.close()
  await starting
  await expect.poll(() => isAlive(pid)).toBe(false)
  await failure(servers.tools('deaf'), 'server.start-failed')
})

test.each(['exit', 'throw'])(
  'a process that ends by %s takes the servers and what they started with it',
  async (how) => {
    const script = fixtureProgram('ends-suddenly')
    const args = [script, how]
    const pid = await new Promise<number>((resolve) => {
      execFile(process.execPath, args, (_error, stdout) => resolve(Number(stdout)))
    })
    expect(pid).toBeGreaterThan(0)
    await expect.poll(() => isAlive(pid)).toBe(false)
  },
)

test.each(['ends-when-probed', 'silent-when-probed'])(
  'an old server, %s for a revision that it does not know',
  async (mode) => {
    const { servers } = opened([fixture(mode)])
    expect((await servers.about(mode, calling())).revision).toBe('2025-11-25')
    expect(textOf(await callTool(servers, mode, 'ok', { n: 1 }, calling()))).toContain('1')
  },
)
