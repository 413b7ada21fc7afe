import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import type { Reach } from './load-round.ts'

/** The SDK's transport to a server, as users have it, and the process that is reached first once it is connected. */
export function transportTo(reach: Reach) {
  switch (reach.transport) {
    case 'stdio': {
      const { command, args, env } = reach
      const stdio = { command, args: [...args], env: { PATH: process.env.PATH ?? '', ...env } }
      const transport = new StdioClientTransport({ ...stdio, stderr: 'inherit' })
      return { transport, pid: () => transport.pid }
    }
    case 'http': {
      const { url, headers, pid } = reach
      const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: { ...headers } } })
      return { transport, pid: () => pid }
    }
  }
}
