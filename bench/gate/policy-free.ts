// The same proxy with policy and ledger switched off: ECP's face to the client and its connections to servers, and nothing
// between them. It shows what MCP and its supervision cost, so that what deciding and recording costs can be told apart.
import { join } from 'node:path'
import type { Json } from '@ecp/protocol'
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import { openServers } from '../../packages/host/src/servers/open-servers.ts'
import { FaceServer } from '../../packages/server/src/mcp/face-server.ts'

const timeoutMs = 60_000
const bench = {
  name: 'bench',
  command: process.execPath,
  args: [join(import.meta.dirname, '..', 'harness', 'stdio-server.ts')],
  cwd: process.cwd(),
  environment: async () => ({ PATH: process.env.PATH ?? '' }),
  startTimeoutMs: timeoutMs,
  callTimeoutMs: timeoutMs,
  tools: {},
}
const servers = openServers({
  servers: new Map([['bench', bench]]),
  redactor: { text: (text) => text, json: (value) => value, stream: () => ({ write: (text) => text, end: () => '' }) },
  log: () => undefined,
  now: Date.now,
  random: Math.random,
})
const face = new FaceServer({ name: 'bench', version: '1.0.0' }, { capabilities: { tools: { listChanged: true } } })
// reason for the casts: results pass untouched, and the SDK's types name the fields it knows
face.setRequestHandler('tools/list', async () => ({ tools: await servers.tools('bench') }) as never)
face.setRequestHandler('tools/call', async ({ params }, ctx) => {
  const args = (params.arguments ?? {}) as Json // reason: parsed from JSON text by the transport
  return (await servers.request(
    'bench',
    { method: 'tools/call', params: { name: params.name, arguments: args } },
    { signal: ctx.mcpReq.signal, timeoutMs },
  )) as never
})
face.onclose = () => void servers.close()
await face.connect(new StdioServerTransport())
