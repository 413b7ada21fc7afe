import { AsyncLocalStorage } from 'node:async_hooks'
import type { JSONRPCMessage, Transport, TransportSendOptions } from '@modelcontextprotocol/client'
import { HostError } from '../../error.ts'
import type { GuardedFetch } from '../../network/guarded-fetch.ts'
import type { HttpAuthorization } from '../../oauth/http-authorization.ts'
import type { ServerLimits } from '../stdio-server.ts'
import { isDeeperThan } from './depth.ts'
import { Exchange } from './exchange.ts'
import { asHostError, isNonsense } from './http-error.ts'
import type { HttpServer } from './http-server.ts'
import { reconnection } from './reconnection.ts'
import { ServerRequests } from './server-requests.ts'

export type { HttpServer } from './http-server.ts'

export interface HttpTransportOptions {
  readonly fetch: GuardedFetch
  /** Missing for a server that gets its credentials by header. */
  readonly oauth?: HttpAuthorization
  readonly limits: Pick<ServerLimits, 'maxMessageBytes' | 'maxMessageDepth' | 'closeMs'>
  /** What errors say goes through it. */
  redact?(text: string): string
}

/** Either of the SDK's transports. */
interface Inner extends Transport {
  /** Streamable HTTP only. */
  terminateSession?(): Promise<void>
}

const streamRequest = 'the request for its event stream'
/** How long (ms) a stream may stay open after the answer came on it: so that its connection can be used again. */
const graceMs = 1_000

/** The SDK's transport for a wired remote server, within its bounds. Connects to nothing before it is started. */
export function openHttpTransport(server: HttpServer, options: HttpTransportOptions): HttpTransport {
  return new HttpTransport(server, options)
}

/**
 * Streamable HTTP or SSE of the SDK, on a guarded `fetch`. What it adds: messages are bounded; a request whose stream breaks,
 * is too large, or is no MCP fails at once and alone; what was cancelled or answered leaves nothing open; the end of a
 * session ends the connection; every error is a `HostError`. Sessions, resumption and headers are the SDK's.
 */
export class HttpTransport implements Transport {
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: NonNullable<Transport['onmessage']>
  readonly hasPerRequestStream: boolean
  /** Why it ended; settles once, when it is closed. Never rejects. */
  readonly ended: Promise<HostError>
  /** Why this side ended the connection, if it did. */
  fault: HostError | undefined
  readonly #server: HttpServer
  readonly #options: HttpTransportOptions
  readonly #requests: ServerRequests
  readonly #exchanges = new Map<string | number, Exchange>()
  /** Which message a request of the SDK belongs to, also one that it makes later to go on reading the answer. */
  readonly #current = new AsyncLocalStorage<Exchange>()
  #inner: Inner | undefined
  #isStarted = false
  #closing: Promise<void> | undefined
  #end: (fault: HostError) => void = () => {}

  constructor(server: HttpServer, options: HttpTransportOptions) {
    this.#server = server
    this.#options = options
    this.hasPerRequestStream = server.kind === 'http'
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
    this.#requests = new ServerRequests(server, { ...options, onLost: (fault) => this.#lost(fault) })
  }

  get sessionId(): string | undefined {
    return this.#inner?.sessionId
  }

  setProtocolVersion(version: string): void {
    this.#inner?.setProtocolVersion?.(version)
  }

  /** The older transport connects here. Fails in `startTimeoutMs`. */
  async start(): Promise<void> {
    const sdk = await import('@modelcontextprotocol/client')
    const { name, kind, url, startTimeoutMs } = this.#server
    if (this.#closing) throw await this.ended
    const Kind = kind === 'http' ? sdk.StreamableHTTPClientTransport : sdk.SSEClientTransport
    const inner: Inner = new Kind(new URL(url), {
      fetch: (target, init = {}) => this.#fetch(target, init),
      ...reconnection(() => this.#current.getStore()?.expectsAnswer === true),
    })
    this.#inner = inner
    inner.onclose = () => this.#closed()
    inner.onerror = (error) => this.#failed(error)
    inner.onmessage = (message, extra) => this.#receive(message, extra)
    const timer = setTimeout(() => {
      const text = `server \`${name}\` opened no event stream within ${startTimeoutMs} ms`
      this.#lost(new HostError('server.start-failed', text))
    }, startTimeoutMs)
    try {
      await Promise.race([inner.start(), this.ended.then((fault) => Promise.reject(fault))])
      this.#isStarted = true
    } catch (cause) {
      this.#lost(this.fault ?? this.#told(cause, streamRequest))
      throw this.fault
    } finally {
      clearTimeout(timer)
    }
  }

  async send(message: JSONRPCMessage, options: TransportSendOptions = {}): Promise<void> {
    if (this.fault) throw new HostError('server.start-failed', `${this.fault.message}; nothing was sent`)
    if (!this.#inner || this.#closing) throw new HostError('server.start-failed', this.#text('is not connected'))
    const exchange = Exchange.of(message)
    if (exchange.expectsAnswer) this.#exchanges.set(exchange.id, exchange)
    const { requestSignal, onRequestStreamEnd } = options
    const onAbort = () => exchange.end()
    requestSignal?.addEventListener('abort', onAbort, { once: true })
    // Nobody has a timer for what has no answer.
    const timer = exchange.expectsAnswer ? undefined : setTimeout(onAbort, this.#server.callTimeoutMs)
    const sent = {
      ...options,
      requestSignal: exchange.signal,
      onRequestStreamEnd: () => {
        if (onRequestStreamEnd) {
          exchange.end()
          onRequestStreamEnd()
        } else
          exchange.fail(new HostError('server.exited', this.#text(`broke off its answer to \`${exchange.method}\``)))
      },
    }
    try {
      await this.#current.run(exchange, () => this.#inner?.send(message, sent))
      if (exchange.expectsAnswer) await exchange.settled
    } catch (caught) {
      const cause = exchange.failure ?? caught
      const isForSdk = exchange.isProbe && !(cause instanceof HostError)
      const fault = isForSdk ? cause : this.#told(cause, `\`${exchange.method}\``)
      exchange.end()
      // The SDK keeps the cause to itself when it closes a connection that was not made.
      if ((exchange.isProbe || exchange.method === 'initialize') && fault instanceof HostError) this.fault ??= fault
      throw fault
    } finally {
      clearTimeout(timer)
      requestSignal?.removeEventListener('abort', onAbort)
      if (exchange.expectsAnswer) this.#exchanges.delete(exchange.id)
      if (exchange.cancels !== undefined) this.#exchanges.get(exchange.cancels)?.end()
    }
  }

  /** Ends the session at the server, as far as that takes no longer than `closeMs`, and everything that is open. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const inner = this.#inner
    for (const exchange of this.#exchanges.values()) exchange.end()
    if (inner?.terminateSession && inner.sessionId !== undefined && !this.fault) {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, this.#options.limits.closeMs)
      })
      // A server that does not care for the end of a session ends it by itself.
      await Promise.race([inner.terminateSession().catch(() => {}), late])
      clearTimeout(timer)
    }
    if (inner) await inner.close()
    else this.#closed()
  }

  #closed(): void {
    this.#end(this.fault ?? new HostError('server.exited', this.#text('is not connected any more')))
    this.onclose?.()
  }

  #lost(fault: HostError): void {
    if (this.#closing) return
    this.fault ??= this.#redacted(fault)
    for (const exchange of this.#exchanges.values()) exchange.fail(this.fault)
    // Who waits hears why before the SDK says that there is no connection any more.
    setImmediate(() => void this.close())
  }

  async #fetch(url: string | URL, init: RequestInit): Promise<Response> {
    const exchange = this.#current.getStore()
    // The older transport of the SDK does not know of requests that are over.
    const own = this.#server.kind === 'sse' ? exchange?.signal : undefined
    const sent = own ? { ...init, signal: init.signal ? AbortSignal.any([init.signal, own]) : own } : init
    try {
      return await this.#requests.fetch(url, sent, exchange)
    } catch (cause) {
      // It keeps only the text of what its first request failed with.
      if (!this.#isStarted && cause instanceof HostError) this.fault ??= this.#redacted(cause)
      throw cause
    }
  }

  #receive(message: JSONRPCMessage, extra: Parameters<NonNullable<Transport['onmessage']>>[1]): void {
    const { maxMessageDepth } = this.#options.limits
    const answered = 'id' in message && !('method' in message) ? this.#exchanges.get(message.id ?? '') : undefined
    if (isDeeperThan(maxMessageDepth, message)) {
      const fault = new HostError('server.protocol', this.#text(`sent a message of over ${maxMessageDepth} levels`))
      if (answered) answered.fail(fault)
      else this.onerror?.(fault)
      return
    }
    answered?.answered(graceMs)
    this.onmessage?.(message, extra)
  }

  #failed(error: Error): void {
    if (!this.#isStarted) this.fault ??= this.#told(error, streamRequest)
    const exchange = this.#current.getStore()
    if (exchange?.expectsAnswer && isNonsense(error)) exchange.fail(this.#told(error, `\`${exchange.method}\``))
    this.onerror?.(error)
  }

  #told(cause: unknown, asked: string): HostError {
    return this.#redacted(asHostError(this.#server.name, asked, cause))
  }

  #redacted(error: HostError): HostError {
    const message = this.#options.redact?.(error.message) ?? error.message
    return message === error.message ? error : new HostError(error.code, message, error)
  }

  #text(what: string): string {
    return `server \`${this.#server.name}\` ${what}`
  }
}
