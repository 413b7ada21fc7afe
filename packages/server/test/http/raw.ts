import type { JsonObject } from '@ecp/protocol'
import type { Visitor } from '../front.ts'
import type { Message } from '../talk.ts'
import { credentials, type Door } from './door.ts'
import { eventsOf, type ServerSent } from './events.ts'

export const version = '2025-11-25'
export const initialize = {
  id: 0,
  method: 'initialize',
  params: { protocolVersion: version, capabilities: {}, clientInfo: { name: 'raw', version: '1.0.0' } },
} as const
export const callOf = (id: number | string, name: string, args: JsonObject = {}, meta?: JsonObject) => ({
  id,
  method: 'tools/call',
  params: { name, arguments: args, ...(meta ? { _meta: meta } : {}) },
})

type Request2026 = { readonly id: number | string; readonly method: string; readonly params?: JsonObject }

/** Requests as a test wants them, one by one: as whom, with which headers, of which session. */
export class Raw {
  readonly #door: Door
  readonly #headers: Record<string, string>

  constructor(door: Door, executor: string, visitor: Visitor = {}) {
    this.#door = door
    this.#headers = { accept: 'application/json, text/event-stream', ...credentials(executor, visitor) }
  }

  /** Those of a session, once it is open. */
  get session(): string {
    return this.#headers['mcp-session-id'] ?? ''
  }

  /** Opens a session, and says `initialized`. */
  async open(capabilities: JsonObject = {}): Promise<this> {
    const response = await this.post({ ...initialize, params: { ...initialize.params, capabilities } })
    await response.text()
    this.#headers['mcp-session-id'] = response.headers.get('mcp-session-id') ?? ''
    this.#headers['mcp-protocol-version'] = version
    await this.post({ method: 'notifications/initialized' })
    return this
  }

  post(message: JsonObject, headers: Readonly<Record<string, string>> = {}, signal?: AbortSignal): Promise<Response> {
    return this.fetch('POST', headers, JSON.stringify({ jsonrpc: '2.0', ...message }), signal)
  }

  fetch(
    method: string,
    headers: Readonly<Record<string, string>> = {},
    body?: string,
    signal?: AbortSignal,
  ): Promise<Response> {
    const given = {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...this.#headers,
      ...headers,
    }
    // An empty one is left out.
    const sent = Object.entries(given).filter(([, value]) => value !== '')
    return fetch(this.#door.url, {
      method,
      headers: Object.fromEntries(sent),
      ...(body === undefined ? {} : { body }),
      ...(signal ? { signal } : {}),
    })
  }

  /** The answer to a request, whichever way it comes. */
  async ask(message: JsonObject): Promise<Message> {
    const response = await this.post(message)
    if (response.headers.get('content-type') === 'application/json') return (await response.json()) as Message // reason: JSON-RPC over JSON
    for await (const { data } of eventsOf(response)) {
      const heard = data === '' ? {} : (JSON.parse(data) as Message) // reason: JSON-RPC over JSON
      if (heard.id === message.id && heard.method === undefined) return heard
    }
    throw new TypeError('the stream ended without an answer')
  }

  /** Listens to what comes unasked, or goes on after an event. */
  async listen(lastEventId?: string): Promise<Heard> {
    return new Heard(await this.fetch('GET', lastEventId === undefined ? {} : { 'last-event-id': lastEventId }))
  }

  /** A request of 2026-07-28, for itself. */
  post2026(message: Request2026, capabilities: JsonObject = {}, signal?: AbortSignal): Promise<Response> {
    const { method, params } = message
    const _meta = {
      ...(params?._meta as JsonObject | undefined), // reason: what the test sends
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1.0.0' },
      'io.modelcontextprotocol/clientCapabilities': capabilities,
    }
    const named = params?.name ?? params?.uri
    const headers = {
      'mcp-session-id': '',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(named === undefined ? {} : { 'mcp-name': String(named) }),
    }
    return this.post({ ...message, params: { ...params, _meta } }, headers, signal)
  }

  /** The same, answered with a stream. */
  async begin2026(message: Request2026, capabilities: JsonObject = {}, signal?: AbortSignal): Promise<Heard> {
    return new Heard(await this.post2026(message, capabilities, signal))
  }

  /** A request that is answered with a stream. */
  async begin(message: JsonObject): Promise<Heard> {
    return new Heard(await this.post(message))
  }
}

/** What comes on a stream, one by one. */
export class Heard {
  readonly response: Response
  /** Of the newest event. */
  last: string | undefined
  readonly #events: AsyncGenerator<ServerSent>

  constructor(response: Response) {
    this.response = response
    this.#events = eventsOf(response)
  }

  /** The next event; nothing where the stream is over. */
  async event(): Promise<ServerSent | undefined> {
    const { value, done } = await this.#events.next()
    if (done) return undefined
    this.last = value.id ?? this.last
    return value
  }

  /** The next message that fits. */
  async find(fits: (message: Message) => boolean = () => true): Promise<Message> {
    for (;;) {
      const event = await this.event()
      if (!event) throw new TypeError('the stream ended before that')
      if (event.data === '') continue
      const message = JSON.parse(event.data) as Message // reason: JSON-RPC over JSON
      if (fits(message)) return message
    }
  }

  /** All that is left, until the stream ends. */
  async rest(): Promise<readonly Message[]> {
    const messages: Message[] = []
    for (let event = await this.event(); event; event = await this.event())
      if (event.data !== '') messages.push(JSON.parse(event.data))
    return messages
  }

  /** Goes away in the middle, as a broken connection does. */
  async drop(): Promise<void> {
    await this.#events.return(undefined)
  }
}
