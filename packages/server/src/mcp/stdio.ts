import type { Readable, Writable } from 'node:stream'
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio'
import { type McpFaceOptions, serveMcp } from './mcp-face.ts'

/** The largest message a client may send. Arguments over 1 MB are denied; a message this large ends the connection. */
const maxMessageBytes = 16_000_000

/** Serves an MCP client on these streams until it closes them. Lines that are not JSON-RPC are reported and passed over. */
export function serveMcpStdio(
  options: Omit<McpFaceOptions, 'transport'> & { readonly input: Readable; readonly output: Writable },
): Promise<void> {
  const transport = new StdioServerTransport(options.input, options.output, { maxBufferSize: maxMessageBytes })
  return serveMcp({ ...options, transport })
}
