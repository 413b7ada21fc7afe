import type { RequestListener } from 'node:http'
import { Client, type JSONRPCMessage } from '@modelcontextprotocol/client'
import { onTestFinished } from 'vitest'
import { type HttpServer, type HttpTransport, openHttpTransport } from '../src/servers/http/http-transport.ts'
import { guarded, served } from './guarded.ts'

/** Small, so that a test can go beyond them. */
export const limits = { maxMessageBytes: 10_000, maxMessageDepth: 50, closeMs: 500 }

const raw = { '~standard': { version: 1 as const, vendor: 'test', validate: (value: unknown) => ({ value }) } }

/** A transport to server `docs` that ends with its test. */
export function transportTo(
  url: string,
  kind: HttpServer['kind'] = 'http',
  more: Partial<HttpServer> = {},
): HttpTransport {
  const server = { name: 'docs', kind, url, startTimeoutMs: 20_000, callTimeoutMs: 20_000, tools: {} }
  const fetch = guarded({ literals: ['127.0.0.1'] })
  const transport = openHttpTransport({ ...server, headers: async () => ({}), ...more }, { fetch, limits })
  onTestFinished(() => transport.close())
  return transport
}

/** The SDK's client on it, both hands shaken. */
export async function connected(transport: HttpTransport, mode: 'auto' | 'legacy' = 'auto'): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } })
  await client.connect(transport)
  return client
}

/** The raw result of a call. */
export function call(
  client: Client,
  name: string,
  args = {},
  options: Parameters<Client['request']>[2] = {},
): Promise<unknown> {
  return client.request({ method: 'tools/call', params: { name, arguments: args } }, raw, options)
}

/** A transport to a server that answers like that, as it comes: no handshake. The older one is not started. */
export async function answering(
  answer: RequestListener,
  kind: HttpServer['kind'] = 'http',
  more: Partial<HttpServer> = {},
): Promise<HttpTransport> {
  const server = await served(answer)
  const transport = transportTo(`${server.url}/mcp`, kind, more)
  if (kind === 'http') await transport.start()
  return transport
}

/** Sends a call with the id 7. */
export function ask(transport: HttpTransport, requestSignal?: AbortSignal): Promise<void> {
  const request: JSONRPCMessage = { jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'echo' } }
  return transport.send(request, requestSignal ? { requestSignal } : {})
}

export const answerOf = (result: unknown): string => JSON.stringify({ jsonrpc: '2.0', id: 7, result })

export function json(text: string, status = 200): RequestListener {
  return (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(text)
}

export function events(text: string): RequestListener {
  return (_request, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(text)
}
