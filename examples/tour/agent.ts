// A stand-in for your agent: a real MCP client whose only server is `ecp mcp`, or, with an address, `ecp serve`, where its
// token is in ECP_TOKEN. It lists its tools and makes five calls.
import { join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'

const desk = join(import.meta.dirname, 'desk')
const [address] = process.argv.slice(2)
const client = new Client({ name: 'tour-agent', version: '1.0.0' })
await client.connect(address === undefined ? overStdio() : overHttp(new URL(address)))

function overStdio() {
  return new StdioClientTransport({
    command: 'npx',
    args: ['ecp', 'mcp', '--context', 'assistant.yaml', '--executor', 'assistant', '-i', `desk=${desk}`],
    cwd: import.meta.dirname,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' },
  })
}

function overHttp(url: URL) {
  const headers = { authorization: `Bearer ${process.env.ECP_TOKEN ?? ''}` }
  return new StreamableHTTPClientTransport(url, { requestInit: { headers } })
}

const { tools } = await client.listTools()
console.log(`tools: ${tools.map((tool) => tool.name).join(', ')}`)

for (const [name, args] of [
  ['files__read_text_file', { path: join(desk, 'notes.md') }],
  ['files__read_text_file', { path: `${desk}/out/../private/salaries.txt` }],
  ['files__write_file', { path: join(desk, 'out', 'summary.md'), content: 'Report due on Friday.\n' }],
  ['files__edit_file', { path: join(desk, 'notes.md'), edits: [{ oldText: 'Friday', newText: 'Monday' }] }],
  ['files__move_file', { source: join(desk, 'notes.md'), destination: join(desk, 'gone.md') }],
] as const) {
  const result = await client.callTool({ name, arguments: args })
  const content = result.content as { text?: string }[] // reason: the filesystem server answers in text
  console.log(`${name}: ${content[0]?.text?.split('\n').slice(0, 2).join(' ')}`)
}
await client.close()
