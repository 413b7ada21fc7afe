import type { JsonObject } from '@ecp/protocol'

/** A JSON-RPC message as it came, nothing dropped by an SDK's reading. */
export interface Message extends JsonObject {
  readonly id?: number | string
  readonly method?: string
  readonly params?: JsonObject
  readonly result?: JsonObject
  readonly error?: { readonly code: number; readonly message: string }
}

/** A client without an SDK, whatever it speaks over: says what it is told to, keeps everything that it heard. */
export abstract class Talk {
  readonly received: Message[] = []
  #ids = 0
  #waiting = new Set<() => void>()
  #over: (() => string) | undefined

  /** Says a message as it is. */
  abstract send(message: JsonObject): void

  /** Leaves, and waits until the other side is done with it. */
  abstract close(): Promise<unknown>

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

  /** What `look` gives, as soon as it gives something; looked at whenever the other side says something. */
  async until<T>(look: () => T | undefined): Promise<T> {
    for (;;) {
      const found = look()
      if (found !== undefined) return found
      if (this.#over) throw new TypeError(this.#over())
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

  protected hear(message: Message): void {
    this.received.push(message)
    this.wake()
  }

  /** Nothing more will come. `why` says it to who still waits. */
  protected end(why: () => string): void {
    this.#over = why
    this.wake()
  }

  protected wake(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const go of waiting) go()
  }
}
