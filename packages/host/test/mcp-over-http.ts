import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { Server as ServerV1 } from '@modelcontextprotocol/sdk/server/index.js'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import { type EventStore, StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { CallToolRequestSchema, type JSONRPCMessage, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { createMcpHandler, Server } from '@modelcontextprotocol/server'
import { type Listening, listening } from './listening.ts'

/** What the servers of a test have in common: tools, and what the test wants to know and to decide. */
export interface Tooling {
  /** Answers a call. `more` reaches whoever called while it is answered. */
  call(name: string, args: Record<string, unknown>, more: Working): Promise<string>
}

export interface Working {
  readonly signal: AbortSignal
  progress(done: number): Promise<void>
  /** Ends the stream of this call; the client has to come back for the rest. */
  dropStream(): void
}

const tools = ['echo', 'slow', 'dropping'].map((name) => ({ name, inputSchema: { type: 'object' as const } }))
const capabilities = { tools: { listChanged: true } }

function serverV1(tooling: Tooling): ServerV1 {
  const server = new ServerV1({ name: 'test', version: '1.0.0' }, { capabilities })
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools }))
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const token = params._meta?.progressToken
    const text = await tooling.call(params.name, params.arguments ?? {}, {
      signal: extra.signal,
      progress: async (progress) => {
        if (token === undefined) return
        await extra.sendNotification({ method: 'notifications/progress', params: { progressToken: token, progress } })
      },
      dropStream: () => extra.closeSSEStream?.(),
    })
    return { content: [{ type: 'text', text }], _meta: { 'test/unknown': [1, { a: 2 }] } }
  })
  return server
}

/** A 2025-11-25 server on streamable HTTP, with sessions, and with streams that can be resumed. */
export async function streamable(
  tooling: Tooling,
  options: {
    readonly json?: boolean
    readonly before?: (request: IncomingMessage, response: ServerResponse) => boolean
  } = {},
): Promise<Listening & { readonly sessions: Map<string, StreamableHTTPServerTransport> }> {
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  const answer: RequestListener = async (request, response) => {
    if (options.before?.(request, response)) return
    const id = request.headers['mcp-session-id']
    let transport = typeof id === 'string' ? sessions.get(id) : undefined
    if (!transport && typeof id === 'string') {
      response.writeHead(404).end()
      return
    }
    if (!transport) {
      const fresh = new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        enableJsonResponse: options.json ?? false,
        eventStore: memoryEvents(),
        retryInterval: 10,
        onsessioninitialized: (name) => void sessions.set(name, fresh),
        onsessionclosed: (name) => void sessions.delete(name),
      })
      await serverV1(tooling).connect(fresh as never) // reason: its optional properties are typed less exactly than ours
      transport = fresh
    }
    await transport.handleRequest(request, response)
  }
  const server = await listening((request, response) => void answer(request, response))
  return Object.assign(server, { sessions })
}

function memoryEvents(): EventStore {
  const events: { readonly stream: string; readonly message: JSONRPCMessage }[] = []
  return {
    storeEvent: async (stream, message) => `${stream}_${events.push({ stream, message }) - 1}`,
    async replayEventsAfter(last, { send }) {
      const at = last.lastIndexOf('_')
      const stream = last.slice(0, at)
      for (const [index, event] of events.entries()) {
        // An empty one only gave the stream a place to resume from.
        if (index <= Number(last.slice(at + 1)) || event.stream !== stream || !('jsonrpc' in event.message)) continue
        await send(`${stream}_${index}`, event.message)
      }
      return stream
    },
  }
}

/** A server of the older transport: one event stream, and an address to post to. */
export async function older(tooling: Tooling): Promise<Listening> {
  const sessions = new Map<string, SSEServerTransport>()
  return listening(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://x')
    if (request.method === 'GET') {
      const transport = new SSEServerTransport('/messages', response)
      sessions.set(transport.sessionId, transport)
      await serverV1(tooling).connect(transport as never) // reason: see above
      return
    }
    const transport = sessions.get(url.searchParams.get('sessionId') ?? '')
    if (transport) await transport.handlePostMessage(request, response)
    else response.writeHead(404).end()
  })
}

/** A server of the revision 2026-07-28: without sessions, each request for itself. */
export async function modern(tooling: Tooling): Promise<Listening> {
  const { fetch } = createMcpHandler(() => {
    const server = new Server({ name: 'test', version: '1.0.0' }, { capabilities })
    server.setRequestHandler('tools/list', () => ({ tools }))
    server.setRequestHandler('tools/call', async ({ params }, ctx) => {
      const token = params._meta?.progressToken
      const text = await tooling.call(params.name, params.arguments ?? {}, {
        signal: ctx.mcpReq.signal,
        progress: async (progress) => {
          if (token === undefined) return
          await ctx.mcpReq.notify({ method: 'notifications/progress', params: { progressToken: token, progress } })
        },
        dropStream() {},
      })
      return { content: [{ type: 'text', text }], _meta: { 'test/unknown': [1, { a: 2 }] } }
    })
    return server
  })
  return listening(getRequestListener((request) => fetch(request)))
}
