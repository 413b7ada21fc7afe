// A real MCP server for the cases: offers the tools that a file names, writes down each call that reaches it, and answers.
import { appendFileSync, readFileSync } from 'node:fs'
import { Server } from '@modelcontextprotocol/server'
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio'

const [toolsFile = '', name = '', log = ''] = process.argv.slice(2)
// reason: the file is written by gateway.ts, from cases that their schema has checked
const tools = JSON.parse(readFileSync(toolsFile, 'utf8')) as Record<string, never[]>

const server = new Server({ name, version: '1.0.0' }, { capabilities: { tools: {} } })
server.setRequestHandler('tools/list', () => ({ tools: tools[name] ?? [] }))
server.setRequestHandler('tools/call', ({ params }) => {
  appendFileSync(log, `${JSON.stringify({ target: `${name}:${params.name}`, arguments: params.arguments ?? {} })}\n`)
  return { content: [{ type: 'text', text: `${params.name} was done` }] }
})
await server.connect(new StdioServerTransport())
