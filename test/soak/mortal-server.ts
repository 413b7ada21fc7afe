// A server for the soak test: answers every question with what was asked, after a moment, and dies now and then in the middle
// of it. Argument: the longest time that it lives, in milliseconds; none for one that does not die.
import { Server } from '@modelcontextprotocol/server'
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio'

const longestLifeMs = Number(process.argv[2] ?? 0)
const slowestMs = 20
const inputSchema = {
  type: 'object' as const,
  properties: { question: { type: 'string' as const } },
  required: ['question'],
  additionalProperties: false,
}

const server = new Server({ name: 'mortal', version: '1.0.0' }, { capabilities: { tools: {} } })
server.setRequestHandler('tools/list', () => ({
  tools: [{ name: 'echo', description: 'Says it again.', inputSchema, annotations: { readOnlyHint: true } }],
}))
server.setRequestHandler('tools/call', async ({ params }) => {
  await new Promise((resolve) => setTimeout(resolve, Math.random() * slowestMs))
  return {
    content: [{ type: 'text' as const, text: String(params.arguments?.question) }],
    _meta: { pid: process.pid },
  }
})
if (longestLifeMs > 0) setTimeout(() => process.kill(process.pid, 'SIGKILL'), longestLifeMs * (0.5 + Math.random() / 2))
await server.connect(new StdioServerTransport())
