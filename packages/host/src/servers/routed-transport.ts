import { isJsonObject, type JsonObject } from '@ecp/protocol'
import type { JSONRPCMessage, Transport, TransportSendOptions } from '@modelcontextprotocol/client'

/**
 * Shows every notification of a server as it was sent, before the SDK's client reads it with types that drop the fields
 * they do not know.
 */
export class RoutedTransport implements Transport {
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: NonNullable<Transport['onmessage']>
  readonly hasPerRequestStream: boolean
  readonly #inner: Transport

  /** `onNotification` answers whether that was all: then the SDK does not hear of it. */
  constructor(inner: Transport, onNotification: (method: string, params: JsonObject) => boolean) {
    this.#inner = inner
    this.hasPerRequestStream = inner.hasPerRequestStream ?? false
    inner.onclose = () => this.onclose?.()
    inner.onerror = (error) => this.onerror?.(error)
    inner.onmessage = (message, extra) => {
      const { method, id, params } = message as { method?: unknown; id?: unknown; params?: unknown } // reason: looked at only
      if (
        typeof method === 'string' &&
        id === undefined &&
        onNotification(method, isJsonObject(params) ? params : {})
      ) {
        return
      }
      this.onmessage?.(message, extra)
    }
  }

  get sessionId(): string | undefined {
    return this.#inner.sessionId
  }

  start(): Promise<void> {
    return this.#inner.start()
  }

  send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    return this.#inner.send(message, options)
  }

  close(): Promise<void> {
    return this.#inner.close()
  }

  setProtocolVersion(version: string): void {
    this.#inner.setProtocolVersion?.(version)
  }

  setSupportedProtocolVersions(versions: string[]): void {
    this.#inner.setSupportedProtocolVersions?.(versions)
  }
}

/**
 * The same over pipes. The SDK knows one by these two properties, and takes silence there for a server of an older
 * revision (on HTTP for an outage).
 */
export class RoutedPipe extends RoutedTransport {
  readonly pid = null
  readonly stderr = null
}
