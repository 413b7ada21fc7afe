import { writeFileSync } from 'node:fs'
import type { JsonObject } from '@ecp/protocol'
import { getRequestListener } from '@hono/node-server'
import { createMcpHandler, Server } from '@modelcontextprotocol/server'
import { expect, onTestFinished, test } from 'vitest'
import { boundary } from './boundary.ts'
import { kept } from './guarded.ts'
import { listening } from './listening.ts'

// MCP 2026-07-28, Streamable HTTP: arguments that a server wants as headers, too.
const text = (header: string, type = 'string') => ({ type, 'x-mcp-header': header })
const query = {
  region: text('Region'),
  count: text('Count', 'integer'),
  dry: text('Dry', 'boolean'),
  at: { type: 'object', properties: { place: text('Place') } },
  plain: { type: 'string', default: { 'x-mcp-header': 'no declaration, but data' } },
}
const faulty: Readonly<Record<string, JsonObject>> = {
  'no-name': { properties: { a: text('') } },
  'no-token': { properties: { a: text('a b') } },
  'line-break': { properties: { a: text('a\r\nb') } },
  number: { properties: { a: text('A', 'number') } },
  object: { properties: { a: text('A', 'object') } },
  twice: { properties: { a: text('A'), b: text('a') } },
  'in-items': { properties: { a: { type: 'array', items: text('A') } } },
  'in-definitions': { properties: {}, $defs: { a: { properties: { b: text('B') } } } },
  'at-the-root': { 'x-mcp-header': 'Root' },
}

/** What a server with these tools heard of each call, as the headers of its request. */
async function opened() {
  const heard: Record<string, string>[] = []
  const schemas: Readonly<Record<string, object>> = { query: { properties: query }, ...faulty }
  const { fetch } = createMcpHandler(() => {
    const server = new Server({ name: 'test', version: '1.0.0' }, { capabilities: { tools: {} } })
    const tools = Object.entries(schemas).map(([name, schema]) => ({
      name,
      inputSchema: { type: 'object' as const, ...schema },
    }))
    server.setRequestHandler('tools/list', () => ({ tools }))
    server.setRequestHandler('tools/call', () => ({ content: [] }))
    return server
  })
  const server = await kept(
    listening(
      getRequestListener((request) => {
        const own = [...request.headers].filter(([name]) => name.startsWith('mcp-param-'))
        if (request.headers.get('mcp-method') === 'tools/call') heard.push(Object.fromEntries(own))
        return fetch(request)
      }),
    ),
  )
  const made = boundary()
  const transport = { type: 'http', url: `${server.url}/mcp` }
  writeFileSync(
    made.config,
    `version: "0.5"
tools: { servers: { witness: { transport: ${JSON.stringify(transport)} } } }
security: { tools: { allowServers: [witness] } }
`,
  )
  const host = await made.open()
  onTestFinished(() => host.close())
  await host.observe('agent')
  const call = (args: JsonObject, target = 'witness:query') =>
    host.gate.perform({ kind: 'tool.call', target, arguments: args, executor: 'agent', origin: 'gateway' })
  return { host, heard, call }
}

test('what was decided is sent as headers, too, in the form that every header can have', async () => {
  const { heard, call } = await opened()
  const calls: readonly (readonly [JsonObject, Readonly<Record<string, string>>])[] = [
    [{ region: 'north', plain: 'x' }, { 'mcp-param-region': 'north' }],
    [
      { count: 3, dry: false, at: { place: 'here' } },
      { 'mcp-param-count': '3', 'mcp-param-dry': 'false', 'mcp-param-place': 'here' },
    ],
    [{ region: 'Zürich' }, { 'mcp-param-region': '=?base64?WsO8cmljaA==?=' }],
    [{ region: ' a' }, { 'mcp-param-region': '=?base64?IGE=?=' }],
    [{ region: 'a\r\nx-other: b' }, { 'mcp-param-region': '=?base64?YQ0KeC1vdGhlcjogYg==?=' }],
    [{ region: '=?base64?IGE=?=' }, { 'mcp-param-region': '=?base64?PT9iYXNlNjQ/SUdFPT89?=' }],
    [{ count: 2 ** 60, at: {} }, {}],
  ]
  for (const [args] of calls) {
    const answer = await call(args)
    expect(answer.outcome.status, answer.outcome.error?.message).toBe('completed')
  }
  expect(heard).toEqual(calls.map(([, headers]) => headers))
})

test('a tool with a declaration that is none is not there', async () => {
  const { host, heard, call } = await opened()
  expect(host.tools('agent').map(({ target }) => target)).toEqual(['witness:query'])
  expect((await call({ a: 'x' }, 'witness:twice')).decision.effect).toBe('deny')
  expect(heard).toEqual([])
})
