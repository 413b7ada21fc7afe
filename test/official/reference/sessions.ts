import { randomUUID } from 'node:crypto'
import { type McpServer, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server'
import { Events } from './event-store.ts'

/** Revision 2025-11-25 over HTTP: a server and its transport for each session, until the client deletes it. */
export class Sessions {
  readonly #open = new Map<string, WebStandardStreamableHTTPServerTransport>()
  readonly #create: () => McpServer

  constructor(create: () => McpServer) {
    this.#create = create
  }

  async fetch(request: Request): Promise<Response> {
    const id = request.headers.get('mcp-session-id')
    if (id !== null) {
      const missing = { jsonrpc: '2.0', id: null, error: { code: -32001, message: 'Session not found' } }
      return (await this.#open.get(id)?.handleRequest(request)) ?? Response.json(missing, { status: 404 })
    }
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      eventStore: new Events(),
      retryInterval: 50,
      onsessioninitialized: (session) => void this.#open.set(session, transport),
      onsessionclosed: (session) => void this.#open.delete(session),
    })
    await this.#create().connect(transport)
    return transport.handleRequest(request)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map((transport) => transport.close()))
  }
}
