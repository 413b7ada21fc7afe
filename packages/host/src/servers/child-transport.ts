import { isJsonObject, type JsonObject } from '@ecp/protocol'
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/client'
import { HostError } from '../error.ts'
import type { Child } from './child.ts'
import { LineSplitter } from './line-splitter.ts'
import { nestsDeeperThan } from './nesting.ts'
import type { ServerLimits } from './stdio-server.ts'

/**
 * The SDK's transport over a child's pipes. Ours and not the SDK's, because every line is bounded before it is parsed,
 * messages arrive as they were sent, lines that are no messages are counted instead of swallowed, and the child is the
 * leader of a process group.
 */
export class ChildTransport implements Transport {
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: NonNullable<Transport['onmessage']>
  onGarbage?: (line: Buffer) => void
  /** Why this side ended the connection, if it did. */
  fault: HostError | undefined
  readonly #name: string
  readonly #child: Child
  readonly #limits: ServerLimits
  readonly #lines: LineSplitter
  #garbage = 0

  constructor(name: string, child: Child, limits: ServerLimits) {
    this.#name = name
    this.#child = child
    this.#limits = limits
    this.#lines = new LineSplitter(
      limits.maxMessageBytes,
      (line) => this.#receive(line),
      () =>
        this.#fail(
          'server.message-too-large',
          `server \`${name}\` sent a line of over ${limits.maxMessageBytes} bytes`,
        ),
    )
  }

  async start(): Promise<void> {
    this.#child.stdout.on('data', (chunk: Buffer) => this.#lines.write(chunk))
    // A server that closes its stdout can answer nothing any more, whether it lives on or not.
    this.#child.stdout.once('end', () => void this.#child.stop(this.#limits))
    // A broken pipe shows in the child's end.
    for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) stream.on('error', () => {})
    void this.#child.ended.then(() => {
      this.#lines.stop()
      this.onclose?.()
    })
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const { stdin } = this.#child
    if (stdin.writableLength > this.#limits.maxUnsentBytes) {
      this.#fail('server.protocol', `server \`${this.#name}\` does not read what it is sent`)
    }
    if (this.fault) throw this.fault
    stdin.write(`${JSON.stringify(message)}\n`)
  }

  async close(): Promise<void> {
    this.#lines.stop()
    await this.#child.stop(this.#limits)
  }

  #receive(line: Buffer): void {
    if (nestsDeeperThan(this.#limits.maxMessageDepth, line)) {
      const levels = this.#limits.maxMessageDepth
      this.#fail('server.protocol', `server \`${this.#name}\` sent a message of over ${levels} levels`)
      return
    }
    const message = parse(line)
    if (message === undefined) this.#countGarbage(line)
    else this.onmessage?.(message as never) // reason: the SDK checks the form of what it takes
  }

  #countGarbage(line: Buffer): void {
    if (line.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09)) return
    this.onGarbage?.(line)
    if (++this.#garbage > this.#limits.maxGarbageLines) {
      this.#fail(
        'server.protocol',
        `server \`${this.#name}\` sent ${this.#garbage} lines that are no JSON-RPC messages`,
      )
    }
  }

  #fail(code: 'server.protocol' | 'server.message-too-large', message: string): void {
    this.fault ??= new HostError(code, message)
    this.#lines.stop()
    this.#child.stdout.destroy()
    this.#child.kill()
  }
}

/** A JSON-RPC 2.0 request, notification or answer as it was sent; nothing when the line is none. */
function parse(line: Buffer): JsonObject | undefined {
  let value: unknown
  try {
    value = JSON.parse(line.toString('utf8'))
  } catch {
    return undefined
  }
  if (!isJsonObject(value) || value.jsonrpc !== '2.0') return undefined
  const isCall = typeof value.method === 'string'
  const isAnswer = value.id !== undefined && (isJsonObject(value.result) || isError(value.error))
  return isCall || isAnswer ? value : undefined
}

function isError(error: unknown): boolean {
  return isJsonObject(error) && Number.isInteger(error.code) && typeof error.message === 'string'
}
