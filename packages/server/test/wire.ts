import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { JsonObject } from '@ecp/protocol'

/** A JSON-RPC message as it came, nothing dropped by an SDK's reading. */
export interface Message extends JsonObject {
  readonly id?: number | string
  readonly method?: string
  readonly params?: JsonObject
  readonly result?: JsonObject
  readonly error?: { readonly code: number; readonly message: string }
}

/** A process that speaks newline-delimited JSON-RPC, with nothing between the test and its bytes. */
export class Wire {
  readonly child: ChildProcessWithoutNullStreams
  /** Exit code, or the signal. */
  readonly ended: Promise<number | NodeJS.Signals | null>
  readonly received: Message[] = []
  stderr = ''
  #ids = 0
  #waiting = new Set<() => void>()
  #isOver = false

  constructor(command: string, args: readonly string[], options: { cwd: string; env: NodeJS.ProcessEnv }) {
    this.child = spawn(command, args, options)
    this.child.stdin.on('error', () => {}) // a process that is gone shows in `ended`
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
      this.#wake()
    })
    let rest = ''
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => {
      // Not by readline, which also ends lines at U+2028.
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) this.received.push(JSON.parse(line))
      this.#wake()
    })
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        this.#isOver = true
        this.#wake()
        resolve(signal ?? code)
      })
    })
  }

  write(text: string | Uint8Array): void {
    this.child.stdin.write(text)
  }

  send(message: JsonObject): void {
    this.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  }

  /** Sends a request with an id of its own; the id can be used to cancel it. */
  begin(method: string, params?: JsonObject): string {
    this.#ids += 1
    const id = `wire-${this.#ids}`
    this.send({ id, method, ...(params ? { params } : {}) })
    return id
  }

  answerTo(id: string | number): Promise<Message> {
    return this.find((message) => message.id === id && message.method === undefined)
  }

  request(method: string, params?: JsonObject): Promise<Message> {
    return this.answerTo(this.begin(method, params))
  }

  /** The first message that fits, of those that came and those that will. */
  async find(fits: (message: Message) => boolean): Promise<Message> {
    return this.until(() => this.received.find(fits))
  }

  /** What `look` gives, as soon as it gives something; looked at whenever the process says something. */
  async until<T>(look: () => T | undefined): Promise<T> {
    for (;;) {
      const found = look()
      if (found !== undefined) return found
      if (this.#isOver) throw new TypeError(`the process ended before that; it said: ${this.stderr}`)
      await new Promise<void>((resolve) => this.#waiting.add(resolve))
    }
  }

  async initialize(capabilities: JsonObject = {}): Promise<JsonObject> {
    const answer = await this.request('initialize', {
      protocolVersion: '2025-11-25',
      capabilities,
      clientInfo: { name: 'wire', version: '1.0.0' },
    })
    this.send({ method: 'notifications/initialized' })
    return answer.result ?? {}
  }

  async call(name: string, args: JsonObject = {}): Promise<JsonObject> {
    const { result, error } = await this.request('tools/call', { name, arguments: args })
    if (!result) throw new TypeError(`\`${name}\` answered with an error: ${JSON.stringify(error)}`)
    return result
  }

  /** Closes stdin and waits for the process to go by itself. */
  async close(): Promise<number | NodeJS.Signals | null> {
    this.child.stdin.end()
    return this.ended
  }

  #wake(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const go of waiting) go()
  }
}

/** The direct children of a process, from proc(5). Linux only. */
export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}

/** False also for one that has ended and that nobody has waited for yet. Linux only. */
export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** The most memory that a process ever had resident, in MB (10^6 bytes), from proc(5). Linux only. */
export function peakMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return (Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024) / 1e6
}
