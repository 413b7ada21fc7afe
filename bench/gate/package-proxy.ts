// What a user would pick instead: `proxyServer` of the npm package `mcp-proxy`, from stdio to stdio. No policy, no ledger.
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Server } from '@modelcontextprotocol/server'
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import { proxyServer } from 'mcp-proxy'

const client = new Client({ name: 'bench-mcp-proxy', version: '1.0.0' })
const command = process.execPath
await client.connect(
  new StdioClientTransport({ command, args: [join(import.meta.dirname, '..', 'harness', 'stdio-server.ts')] }),
)
const serverCapabilities = client.getServerCapabilities() ?? {}
const server = new Server({ name: 'bench-mcp-proxy', version: '1.0.0' }, { capabilities: serverCapabilities })
await proxyServer({ client, server, serverCapabilities })
server.onclose = () => void client.close()
await server.connect(new StdioServerTransport())
