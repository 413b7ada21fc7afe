import type { JsonObject } from '@ecp/protocol'
import type { Message } from '../talk.ts'
import { eventsOf } from './events.ts'

export interface HttpLineOptions {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  heard(message: Message): void
  failed(why: string): void
}

/**
 * A 2025-11-25 client's side of streamable HTTP, below any SDK: messages go out as they are and in their order, what comes
 * on whichever stream is handed on as it came. Listens to what comes unasked as soon as it has said `initialized`.
 */
export class HttpLine implements AsyncDisposable {
  readonly #options: HttpLineOptions
  readonly #abort = new AbortController()
  /** Settles when what was said before is taken. */
  #said: Promise<void> = Promise.resolve()
  #session: Record<string, string> = {}

  constructor(options: HttpLineOptions) {
    this.#options = options
  }

  get sessionId(): string | undefined {
    return this.#session['mcp-session-id']
  }

  /** Settles when the other side has taken it; of a request only that it went out after what was said before. */
  send(message: JsonObject): Promise<void> {
    const isRequest = message.id !== undefined && message.method !== undefined
    const before = this.#said
    const posted = before.then(() => this.#post(message))
    posted.catch((cause) => {
      if (!this.#abort.signal.aborted) this.#options.failed(String(cause))
    })
    this.#said = isRequest ? before : posted.catch(() => undefined)
    return isRequest ? before : posted
  }

  /** Ends the session, and settles when the other side is done with it. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { url, headers } = this.#options
    await this.#said
    await fetch(url, { method: 'DELETE', headers: { ...headers, ...this.#session } })
    this.#abort.abort()
  }

  async #post(message: JsonObject): Promise<void> {
    const { url, headers } = this.#options
    const response = await fetch(url, {
      method: 'POST',
      signal: this.#abort.signal,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
        ...this.#session,
      },
      body: JSON.stringify({ jsonrpc: '2.0', ...message }),
    })
    const id = response.headers.get('mcp-session-id')
    if (id !== null) this.#session = { 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25' }
    if (message.method === 'notifications/initialized') await this.#listen()
    if (!response.ok) throw new TypeError(`${response.status} for ${message.method}: ${await response.text()}`)
    if (response.status === 202) return
    if (response.headers.get('content-type') === 'text/event-stream') await this.#read(response)
    else this.#options.heard((await response.json()) as Message) // reason: JSON-RPC over JSON
  }

  async #listen(): Promise<void> {
    const { url, headers } = this.#options
    const { signal } = this.#abort
    const response = await fetch(url, {
      signal,
      headers: { accept: 'text/event-stream', ...headers, ...this.#session },
    })
    this.#read(response).catch(() => undefined) // it ends when it is left
  }

  async #read(response: Response): Promise<void> {
    for await (const { data } of eventsOf(response)) if (data !== '') this.#options.heard(JSON.parse(data))
  }
}
