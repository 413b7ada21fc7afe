// What a program has that makes the calls of `examples/summarise` without ECP: the same server and the MCP client. It asks no model, as
// the recorded run asks none. To be started in the folder of the example.
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'

const client = new Client({ name: 'bench', version: '1.0.0' })
const args = ['../../node_modules/@modelcontextprotocol/server-filesystem/dist/index.js', 'notes']
await client.connect(new StdioClientTransport({ command: process.execPath, args }))
await client.listTools()
await client.callTool({ name: 'list_directory', arguments: { path: '.' } })
const read = ['customer.md', 'standup.md'].map((path) =>
  client.callTool({ name: 'read_text_file', arguments: { path } }),
)
for (const { isError } of await Promise.all(read)) if (isError) throw new Error('a note cannot be read')
await client.close()
