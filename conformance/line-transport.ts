import type { Readable, Writable } from 'node:stream'
import { type JSONRPCMessage, ReadBuffer, serializeMessage, type Transport } from '@modelcontextprotocol/client'

export interface LineTransportOptions {
  readonly input: Readable
  readonly output: Writable
  /** Settles when the other side is gone. */
  readonly ended: Promise<unknown>
}

/** The client's side of MCP on stdio (2025-11-25, transports), with no process at the other end. */
export class LineTransport implements Transport {
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: (message: JSONRPCMessage) => void
  readonly #options: LineTransportOptions
  readonly #read = new ReadBuffer()

  constructor(options: LineTransportOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    this.#options.input.on('data', (part: Buffer) => {
      this.#read.append(part)
      for (let message = this.#read.readMessage(); message !== null; message = this.#read.readMessage()) {
        this.onmessage?.(message)
      }
    })
  }

  async send(message: JSONRPCMessage): Promise<void> {
    this.#options.output.write(serializeMessage(message))
  }

  async close(): Promise<void> {
    this.#options.output.end()
    await this.#options.ended
    this.onclose?.()
  }
}
