import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type { WebhookMessage } from '@ecp/protocol'
import { expect } from 'vitest'

/** One request that an endpoint got. */
export interface Received {
  readonly id: string
  readonly timestamp: string
  readonly signature: string
  readonly body: string
  readonly message: WebhookMessage
  readonly headers: IncomingMessage['headers']
}

type Behaviour = (response: ServerResponse, received: Received) => void

/** The key of the endpoints here, as the config's secret has it, and as bytes. */
export const keyBytes = Buffer.alloc(32, 7)
export const keyText = `whsec_${keyBytes.toString('base64')}`

/** An endpoint on this machine, that answers 204 unless it is told otherwise. */
export class Receiver implements AsyncDisposable {
  readonly received: Received[] = []
  behaves: Behaviour = (response) => response.writeHead(204).end()
  readonly #server: Server
  #port = 0

  constructor() {
    this.#server = createServer((request, response) => {
      text(request).then(
        (body) => {
          const header = (name: string) => String(request.headers[name])
          const received = {
            id: header('webhook-id'),
            timestamp: header('webhook-timestamp'),
            signature: header('webhook-signature'),
            body,
            message: JSON.parse(body),
            headers: request.headers,
          }
          this.received.push(received)
          this.behaves(response, received)
        },
        () => response.destroy(),
      )
    })
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hook`
  }

  /** Takes a port, and keeps it over `stop`. */
  async start(): Promise<this> {
    this.#server.listen(this.#port, '127.0.0.1')
    await once(this.#server, 'listening')
    const address = this.#server.address()
    if (address && typeof address === 'object') this.#port = address.port
    return this
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  /** What came of one type, once there are so many. */
  async events(type: string, count: number): Promise<readonly Received[]> {
    const found = () => this.received.filter(({ message }) => message.type === type)
    await expect.poll(() => found().length, { timeout: 20_000, interval: 20 }).toBeGreaterThanOrEqual(count)
    return found()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}

/** The signature as the specification makes it, from what was received. */
export function signatureOf({ id, timestamp, body }: Pick<Received, 'id' | 'timestamp' | 'body'>): string {
  return `v1,${createHmac('sha256', keyBytes).update(`${id}.${timestamp}.${body}`).digest('base64')}`
}
