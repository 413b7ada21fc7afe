import { isJsonObject, type JsonObject } from '@ecp/protocol'
import {
  isJSONRPCRequest,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type MessageExtraInfo,
  type RequestId,
  type Transport,
} from '@modelcontextprotocol/server'
import { type Admitted, listenMethod } from './listening.ts'
import { onWire } from './wire-code.ts'

type Listen = (message: JSONRPCRequest, signal: AbortSignal) => Promise<Admitted>

/**
 * A client's pipe with two things done to it on the way: what a client of 2026-07-28 wants to listen to is decided before
 * the SDK, which serves such requests by itself, hears of it; and error codes are what they were.
 */
export class StdioWire implements Transport {
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: NonNullable<Transport['onmessage']>
  /** Settles when the client is gone. */
  readonly closed: Promise<void>
  readonly #inner: Transport
  readonly #listen: Listen
  readonly #listening = new Map<RequestId, { readonly abort: AbortController; admitted?: Admitted }>()

  constructor(inner: Transport, listen: Listen) {
    this.#inner = inner
    this.#listen = listen
    inner.onerror = (error) => this.onerror?.(error)
    inner.onmessage = (message, extra) => this.#receive(message, extra)
    this.closed = new Promise((resolve) => {
      inner.onclose = () => {
        this.onclose?.()
        resolve()
      }
    })
  }

  start(): Promise<void> {
    return this.#inner.start()
  }

  send(message: JSONRPCMessage): Promise<void> {
    return this.#inner.send(onWire(message))
  }

  close(): Promise<void> {
    return this.#inner.close()
  }

  #receive(message: JSONRPCMessage, extra: MessageExtraInfo | undefined): void {
    if (isListen(message)) return void this.#admit(message, extra)
    if ('method' in message && message.method === 'notifications/cancelled') this.#cancel(message.params)
    this.onmessage?.(message, extra)
  }

  async #admit(message: JSONRPCRequest, extra: MessageExtraInfo | undefined): Promise<void> {
    const entry: { readonly abort: AbortController; admitted?: Admitted } = { abort: new AbortController() }
    this.#listening.set(message.id, entry)
    const admitted = await this.#listen(message, entry.abort.signal)
    entry.admitted = admitted
    if (entry.abort.signal.aborted) return admitted.end()
    this.onmessage?.(admitted.message, extra)
  }

  #cancel(params: unknown): void {
    const { requestId } = (isJsonObject(params) ? params : {}) as JsonObject & { requestId?: RequestId } // reason: looked up only
    const entry = requestId === undefined ? undefined : this.#listening.get(requestId)
    if (requestId === undefined || !entry) return
    this.#listening.delete(requestId)
    entry.abort.abort()
    void entry.admitted?.end()
  }
}

/** One of a client that speaks 2026-07-28 at all: others know no such method. */
function isListen(message: JSONRPCMessage): message is JSONRPCRequest {
  return 'method' in message && message.method === listenMethod && isJSONRPCRequest(message)
}
