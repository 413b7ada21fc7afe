import type { JsonObject } from '@ecp/protocol'
import type { Line, Message, OpenLine } from './line.ts'

/** What a client answers to what a server asks, by method. */
export type Answers = Readonly<Record<string, JsonObject>>

/** A client without an SDK: says what it is told to, answers what it is asked, keeps everything that it heard. */
export class Conversation implements AsyncDisposable {
  answers: Answers = {}
  #received: Message[] = []
  readonly #line: Line
  readonly #waiting = new Set<() => void>()
  #failure: string | undefined

  constructor(open: OpenLine) {
    this.#line = open(
      (message) => this.#hear(message),
      (why) => {
        this.#failure = why
        this.#wake()
      },
    )
  }

  async notify(method: string, params?: JsonObject): Promise<void> {
    await this.#line.send({ method, ...(params ? { params } : {}) })
  }

  begin(id: string, method: string, params?: JsonObject): void {
    this.#send({ id, method, ...(params ? { params } : {}) })
  }

  async request(id: string, method: string, params?: JsonObject): Promise<Message> {
    this.begin(id, method, params)
    return this.#until(() => this.#received.find((message) => message.id === id && message.method === undefined))
  }

  /** Waits until so many messages of this method have come in this turn. */
  async heard(method: string, count = 1): Promise<void> {
    const fitting = () => this.#received.filter((message) => message.method === method)
    await this.#until(() => (fitting().length >= count ? true : undefined))
  }

  /** Ends the turn: gives what came in it. */
  turn(): readonly Message[] {
    const heard = this.#received
    this.#received = []
    return heard
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#line[Symbol.asyncDispose]()
  }

  /** What `look` gives, as soon as it gives something; looked at whenever a message came. */
  async #until<T>(look: () => T | undefined): Promise<T> {
    for (;;) {
      const found = look()
      if (found !== undefined) return found
      if (this.#failure !== undefined) throw new TypeError(this.#failure)
      await new Promise<void>((resolve) => this.#waiting.add(resolve))
    }
  }

  #hear(message: Message): void {
    this.#received.push(message)
    const { id, method } = message
    if (id !== undefined && method !== undefined) {
      const result = this.answers[method]
      this.#send(result ? { id, result } : { id, error: { code: -32601, message: `no answer to ${method}` } })
    }
    this.#wake()
  }

  #send(message: JsonObject): void {
    this.#line.send(message).catch((error) => {
      this.#failure = String(error)
      this.#wake()
    })
  }

  #wake(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const go of waiting) go()
  }
}
