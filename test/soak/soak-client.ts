import type { JsonObject } from '@ecp/protocol'

/** What a client was told about one question of its own. */
export type Told =
  | { readonly question: string; readonly outcome: 'completed'; readonly pid: number }
  /** An honest failure: what happened, and which action of the ledger says the same. */
  | { readonly question: string; readonly outcome: string; readonly effect: string; readonly actionId: string }

interface Message {
  readonly id?: number
  readonly result?: JsonObject & {
    readonly content?: readonly { readonly text?: string }[]
    readonly isError?: boolean
    readonly _meta?: JsonObject
  }
}

const revision = '2025-11-25'

/** A light client of revision 2025-11-25: one session at a time, and a stream on which it listens, if it does. */
export class SoakClient {
  /** Questions that are not answered yet. */
  open = 0
  /** It leaves, and comes back. */
  isAway = false
  /** Events that came on streams, and their bytes: the server keeps them for a while, for who is cut off. */
  readonly heard = { events: 0, bytes: 0 }
  readonly number: number
  readonly #url: string
  readonly #headers: Readonly<Record<string, string>>
  readonly #listens: boolean
  #session = ''
  #listening: Promise<void> | undefined
  #questions = 0
  #requests = 0

  constructor(number: number, url: string, headers: Readonly<Record<string, string>>, listens: boolean) {
    this.number = number
    this.#url = url
    this.#headers = headers
    this.#listens = listens
  }

  async connect(): Promise<void> {
    this.#session = ''
    const params = { protocolVersion: revision, capabilities: {}, clientInfo: { name: 'soak', version: '1.0.0' } }
    const response = await this.#post({ id: ++this.#requests, method: 'initialize', params })
    this.#session = response.headers.get('mcp-session-id') ?? ''
    const { result } = await this.#answer(response)
    if (this.#session === '' || result?.protocolVersion !== revision) throw new Error('it was not greeted')
    await drained(await this.#post({ method: 'notifications/initialized' }), 202)
    if (this.#listens) await this.#listen()
  }

  /** Asks, and checks that the answer is the one to this question. Rejects with what is wrong about it. */
  async ask(tool: string): Promise<Told> {
    const question = `${this.number}-${++this.#questions}`
    const id = ++this.#requests
    this.open += 1
    try {
      const params = { name: tool, arguments: { question } }
      const message = await this.#answer(await this.#post({ id, method: 'tools/call', params }))
      if (message.id !== id) throw new Error(`\`${question}\` got the answer to another request`)
      return told(question, message)
    } finally {
      this.open -= 1
    }
  }

  /** Ends the session and gives its id; the stream on which it listens has ended then, too. */
  async leave(): Promise<string> {
    const session = this.#session
    await drained(await fetch(this.#url, { method: 'DELETE', headers: this.#sent() }), 200)
    await this.#listening
    this.#listening = undefined
    return session
  }

  /** Whether the server still knows the session that this client had last. */
  async isKnown(): Promise<boolean> {
    const response = await this.#post({ id: ++this.#requests, method: 'ping' })
    await response.text()
    return response.status !== 404
  }

  async #listen(): Promise<void> {
    const headers = { ...this.#sent(), accept: 'text/event-stream' }
    const response = await fetch(this.#url, { headers })
    if (response.status !== 200 || !response.body) throw new Error(`it cannot listen: ${response.status}`)
    this.#listening = response.body.pipeTo(
      new WritableStream({ write: (bytes) => this.#hear(Buffer.from(bytes).toString()) }),
    )
    // A stream that breaks off is told by `leave`.
    this.#listening.catch(() => undefined)
  }

  /** The response to a request, as JSON or as the only message of a stream. */
  async #answer(response: Response): Promise<Message> {
    const text = await response.text()
    if (response.status !== 200) throw new Error(`HTTP ${response.status}: ${text.slice(0, 500)}`)
    if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return JSON.parse(text) as Message // reason: looked at field by field
    this.#hear(text)
    const messages = [...text.matchAll(/^data: (\{.*\})$/gm)].map(([, data]) => data ?? '')
    if (messages.length !== 1) throw new Error(`${messages.length} messages came in \`${text.slice(0, 500)}\``)
    return JSON.parse(messages[0] ?? '') as Message // reason: looked at field by field
  }

  #hear(text: string): void {
    this.heard.events += text.split('\n\n').length - 1
    this.heard.bytes += text.length
  }

  #post(message: object): Promise<Response> {
    const headers = {
      ...this.#sent(),
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    }
    return fetch(this.#url, { method: 'POST', headers, body: JSON.stringify({ jsonrpc: '2.0', ...message }) })
  }

  #sent(): Record<string, string> {
    const session = this.#session === '' ? {} : { 'mcp-session-id': this.#session, 'mcp-protocol-version': revision }
    return { ...this.#headers, ...session }
  }
}

function told(question: string, { result }: Message): Told {
  const { content, isError = false, _meta: meta } = result ?? {}
  if (!isError) {
    if (content?.[0]?.text !== question) throw new Error(`\`${question}\` got \`${JSON.stringify(result)}\``)
    return { question, outcome: 'completed', pid: Number(meta?.pid) }
  }
  const facts = meta?.['ecp/decision'] as { outcome?: string; effect?: string; actionId?: string } | undefined // reason: checked below
  const { outcome, effect, actionId } = facts ?? {}
  if (outcome === undefined || effect === undefined || actionId === undefined) {
    throw new Error(`\`${question}\` failed without the facts: ${JSON.stringify(result)}`)
  }
  return { question, outcome, effect, actionId }
}

async function drained(response: Response, status: number): Promise<void> {
  const text = await response.text()
  if (response.status !== status) throw new Error(`HTTP ${response.status}: ${text.slice(0, 500)}`)
}
