// The benchmark's server over HTTP, as the SDK's guide serves one in production: its own handler, which serves clients of
// both revisions and keeps no sessions, on Node's HTTP server. Prints its address.
import { serve } from '@hono/node-server'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { benchServer } from '../harness/bench-tools.ts'

const handler = createMcpHandler(benchServer)
serve({ fetch: (request) => handler.fetch(request), hostname: '127.0.0.1', port: 0 }, ({ port }) => {
  console.log(JSON.stringify({ mcp: `http://127.0.0.1:${port}/` }))
})
