// What every way ends at: the SDK's low-level server with one tool that reads and one that writes. Neither does anything, so
// that what is measured is the way to them.
import { Server } from '@modelcontextprotocol/server'

const inputSchema = {
  type: 'object' as const,
  properties: { id: { type: 'string' as const }, amount: { type: 'number' as const } },
  required: ['id', 'amount'],
  additionalProperties: false,
}
const tools = [
  { name: 'read_item', description: 'Reads an item.', inputSchema, annotations: { readOnlyHint: true } },
  { name: 'write_item', description: 'Writes an item.', inputSchema, annotations: { readOnlyHint: false } },
]

export function benchServer(): Server {
  const server = new Server({ name: 'bench', version: '1.0.0' }, { capabilities: { tools: {} } })
  server.setRequestHandler('tools/list', () => ({ tools }))
  server.setRequestHandler('tools/call', (request) => ({
    content: [{ type: 'text' as const, text: `${request.params.name} ${String(request.params.arguments?.id)}` }],
  }))
  return server
}
