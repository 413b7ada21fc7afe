import { HostError } from '@ecp/host'
import { isJsonObject } from '@ecp/protocol'
import type {
  JSONRPCMessage,
  JSONRPCRequest,
  RequestId,
  Transport,
  TransportSendOptions,
} from '@modelcontextprotocol/server'
import type { OpenRequest } from '../../open-requests.ts'
import { onWire } from '../wire-code.ts'
import type { EventBudget } from './event-budget.ts'
import { EventLog, type EventLogLimits } from './event-log.ts'
import { EventStream } from './event-stream.ts'
import { noSession, refused, tooMuch } from './refusals.ts'
import { Sink, streamHeaders } from './sink.ts'

export interface SessionTransportOptions {
  readonly sessionId: string
  readonly log: EventLogLimits
  readonly budget: EventBudget
  /** How many bytes wait for a client that does not read. */
  readonly maxUnsentBytes: number
  now(): number
}

/** How long (ms) an answer may take and still come as plain JSON, which nothing can be resumed of. */
const jsonMs = 250
/** The first revision whose clients know what an event without data is. */
const primedSince = '2025-11-25'

/** A request that is not answered yet. */
interface Pending {
  /** False where nobody can ever hear of it. */
  send(text: string): boolean
  finish(text: string): void
  /** The session is over. */
  abandon(): void
  /** The client wants no answer any more, and gets none (MCP 2025-11-25, cancellation). */
  cancel(): void
}

/**
 * One session of the streamable HTTP transport (MCP 2025-11-25, basic/transports). Answers that come at once are JSON, others
 * streams that can be resumed; a client that is cut off cancels nothing. The SDK's own keeps what a client does not read
 * without end, and answers nothing without a stream.
 */
export class SessionTransport implements Transport {
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: NonNullable<Transport['onmessage']>
  readonly sessionId: string
  readonly #options: SessionTransportOptions
  readonly #log: EventLog
  readonly #streams = new Map<number, EventStream>()
  readonly #pending = new Map<RequestId, Pending>()
  /** What is about no request. */
  readonly #standalone: EventStream
  #version = ''
  #isClosed = false
  #lastStream = 0
  #lastEvent = 0
  #wasListenedTo = false

  constructor(options: SessionTransportOptions) {
    this.sessionId = options.sessionId
    this.#options = options
    this.#log = new EventLog(options.log, options.budget, options.now)
    this.#standalone = new EventStream(0, this.#log, () => ++this.#lastEvent)
    this.#streams.set(0, this.#standalone)
  }

  /** Nobody waits for anything, and nobody listens. */
  get isIdle(): boolean {
    return this.#pending.size === 0 && !this.#standalone.isOpen
  }

  async start(): Promise<void> {}

  setProtocolVersion(version: string): void {
    this.#version = version
  }

  /** Takes a message of the client. */
  async post(message: JSONRPCMessage, accept: string | null, open: OpenRequest): Promise<Response> {
    if (this.#isClosed) return noSession()
    if (!isRequest(message)) {
      this.onmessage?.(message)
      if ('method' in message && message.method === 'notifications/cancelled') this.#cancelled(message.params)
      return new Response(null, { status: 202 })
    }
    const accepts = accepted(accept)
    if (!accepts.json && !accepts.stream) {
      const text = 'Not Acceptable: the client must accept application/json or text/event-stream'
      return refused(406, -32_000, text, { id: message.id })
    }
    if (this.#pending.has(message.id)) {
      return refused(400, -32_600, 'Invalid Request: a request with this id is in flight', { id: message.id })
    }
    if (open.isSurplus) return tooMuch('this client has too many requests that are not answered yet', message.id)
    return new Promise((resolve) => {
      this.#pending.set(message.id, this.#answering(message, accepts, open, resolve))
      this.onmessage?.(message)
    })
  }

  /** Listens to what comes unasked, or goes on with a stream that was cut off (`lastEventId`). */
  listen(lastEventId: string | null): Response {
    if (this.#isClosed) return noSession()
    this.#wasListenedTo = true
    if (lastEventId === null) {
      if (this.#standalone.isOpen) return refused(409, -32_000, 'Conflict: there is one stream like this for a session')
      return this.#open(this.#standalone)
    }
    const [, id, seq] = /^(\d{1,15})-(\d{1,15})$/.exec(lastEventId) ?? []
    const stream = this.#streams.get(Number(id))
    if (!stream || seq === undefined)
      return refused(400, -32_000, 'the event is not one of this session, or is too old')
    const sink = this.#sink(stream)
    if (stream.resume(sink, Number(seq))) return sink.response
    sink.close()
    return refused(400, -32_000, 'events that came after this one are no longer there')
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    const text = JSON.stringify(onWire(message))
    if (!('method' in message)) {
      if (message.id === undefined) return
      this.#pending.get(message.id)?.finish(text)
      this.#pending.delete(message.id)
      return
    }
    const related = options?.relatedRequestId === undefined ? undefined : this.#pending.get(options.relatedRequestId)
    const isHeard = related ? related.send(text) : this.#announce(text)
    if (!isHeard && isRequest(message)) {
      throw new HostError('client.cannot', `\`${message.method}\` was asked of a client that takes no event stream`)
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const pending of this.#pending.values()) pending.abandon()
    this.#pending.clear()
    for (const stream of this.#streams.values()) stream.finish()
    this.#streams.clear()
    this.#log.clear()
    this.onclose?.()
  }

  /** Lets go of what can no longer be asked for. */
  expire(): void {
    this.#log.expire()
    for (const [id, { isFinished, kept }] of this.#streams)
      if (isFinished && kept.events === 0) this.#streams.delete(id)
  }

  /** What is about no request, or cannot be said where it belongs. Nobody can ever ask for what comes before the first one listens. */
  #announce(text: string): boolean {
    if (this.#wasListenedTo) this.#standalone.push(text)
    return this.#wasListenedTo
  }

  #cancelled(params: unknown): void {
    const { requestId } = (isJsonObject(params) ? params : {}) as { requestId?: RequestId } // reason: looked up only
    const pending = requestId === undefined ? undefined : this.#pending.get(requestId)
    if (requestId === undefined || !pending) return
    // What was asked of the client meanwhile is taken back on the same stream, in this turn of the event loop.
    setImmediate(() => {
      if (this.#pending.get(requestId) !== pending) return
      this.#pending.delete(requestId)
      pending.cancel()
    })
  }

  /** Decides with what comes first whether a request is answered with JSON or with a stream. */
  #answering(
    { id }: JSONRPCRequest,
    accepts: Accepted,
    open: OpenRequest,
    resolve: (response: Response) => void,
  ): Pending {
    let stream: EventStream | undefined
    const leave = open.keep()
    const streaming = () => {
      clearTimeout(timer)
      if (stream) return stream
      stream = new EventStream(++this.#lastStream, this.#log, () => ++this.#lastEvent)
      this.#streams.set(stream.id, stream)
      resolve(this.#open(stream))
      return stream
    }
    const timer = accepts.stream ? setTimeout(streaming, accepts.json ? jsonMs : 0) : undefined
    return {
      send: (text) => {
        if (!accepts.stream) return this.#announce(text)
        streaming().push(text)
        return true
      },
      finish: (text) => {
        leave()
        clearTimeout(timer)
        if (!stream && accepts.json) return resolve(new Response(text, { headers: this.#headers('application/json') }))
        const last = streaming()
        last.push(text)
        last.finish()
      },
      abandon: () => {
        leave()
        clearTimeout(timer)
        if (!stream) return resolve(refused(404, -32_001, 'Session not found', { id }))
        // Otherwise its client would wait, or try to go on, until it gives up.
        const message =
          'the session has ended, and what was in flight with it; check before you repeat a call that changes something'
        stream.push(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32_001, message } }))
        stream.finish()
      },
      cancel: () => {
        leave()
        clearTimeout(timer)
        if (!stream) return resolve(accepts.stream ? this.#nothing() : new Response(null, { status: 202 }))
        this.#streams.delete(stream.id)
        stream.finish()
      },
    }
  }

  #open(stream: EventStream): Response {
    const sink = this.#sink(stream)
    stream.open(sink, this.#version >= primedSince)
    return sink.response
  }

  #sink(stream: EventStream): Sink {
    const { maxUnsentBytes } = this.#options
    const headers = { 'mcp-session-id': this.sessionId }
    const sink: Sink = new Sink({ headers, maxUnsentBytes, onGone: () => stream.left(sink) })
    return sink
  }

  /** A stream that ends without a word, and that nobody comes back to. */
  #nothing(): Response {
    return new Response('', { headers: { ...streamHeaders, 'mcp-session-id': this.sessionId } })
  }

  #headers(type: string): Record<string, string> {
    return { 'content-type': type, 'mcp-session-id': this.sessionId }
  }
}

/** Of a message that was looked at as a whole already, or that the SDK made: its own guards read all of it once more. */
function isRequest(message: JSONRPCMessage): message is JSONRPCRequest {
  return 'method' in message && 'id' in message
}

interface Accepted {
  readonly json: boolean
  readonly stream: boolean
}

/** What a client takes (RFC 9110, 12.5.1; weights are not looked at). One that does not say takes anything. */
function accepted(accept: string | null): Accepted {
  const types = (accept ?? '*/*').split(',').map((type) => (type.split(';', 1)[0] ?? '').trim().toLowerCase())
  const any = types.includes('*/*')
  return {
    json: any || types.includes('application/json') || types.includes('application/*'),
    stream: any || types.includes('text/event-stream') || types.includes('text/*'),
  }
}
