import { HostError, type PerformOptions } from '@ecp/host'
import { isJsonObject, type JsonObject } from '@ecp/protocol'
import { refuseUndeclared } from './can-be-asked.ts'
import type { Exchange } from './exchange.ts'

type Ask = NonNullable<PerformOptions['ask']>

/** One request of a client for a call that may take several. */
export interface Round extends Pick<Exchange, 'signal' | 'onProgress'> {
  /** What the client declared with this request that it can be asked. */
  readonly capabilities: JsonObject
  /** Its answers to what it was asked, by key (`inputResponses`). */
  readonly responses: JsonObject
}

/** How a round ended: the call is done, or the client has to be asked first (`inputRequests`). */
export type RoundEnd =
  | { readonly kind: 'done'; readonly result: JsonObject }
  | { readonly kind: 'asked'; readonly requests: JsonObject }

interface Asked {
  readonly request: Parameters<Ask>[0]
  readonly resolve: (answer: JsonObject) => void
  readonly reject: (cause: HostError) => void
}

/** How long (ms) a first question waits for others that a server asks at the same time: each is decided on its own. */
const gatherMs = 25

/**
 * One performance at the Gate that goes on over several requests of its client (MCP 2026-07-28, multi round-trip requests):
 * decided once, and waiting at the question that it asked last until the client comes back with the answer.
 */
export class OpenCall {
  /** Settles when it is over, however it ended. Never rejects. */
  readonly over: Promise<void>
  readonly #abort = new AbortController()
  readonly #asked = new Map<string, Asked>()
  readonly #result: Promise<JsonObject>
  #round: Round | undefined
  #capabilities: JsonObject = {}
  #responses = new Map<string, JsonObject>()
  #asks = 0
  #wake: (() => void) | undefined

  /** To be gone on with at once. `mayAsk` throws where nothing more may be asked of this client now. */
  constructor(
    first: Round,
    mayAsk: () => void,
    perform: (part: Omit<Exchange, 'session' | 'page'>) => Promise<JsonObject>,
  ) {
    const ask: Ask = async (request) => {
      refuseUndeclared(request, this.#capabilities)
      mayAsk()
      return this.#ask(request)
    }
    const onProgress = (progress: JsonObject) => this.#round?.onProgress?.(progress)
    this.#result = perform({ signal: this.#abort.signal, ask, ...(first.onProgress ? { onProgress } : {}) })
    this.over = this.#result.then(
      () => undefined,
      () => undefined,
    )
  }

  /** Goes on with a request of the client, until the next question or the end. Throws what the performance throws. */
  async go(round: Round): Promise<RoundEnd> {
    this.#attend(round)
    const onAbort = () => this.cancel('the client cancelled it')
    round.signal.addEventListener('abort', onAbort, { once: true })
    if (round.signal.aborted) onAbort()
    let timer: NodeJS.Timeout | undefined
    const asked = new Promise<undefined>((resolve) => {
      this.#wake = () => {
        timer ??= setTimeout(resolve, gatherMs, undefined)
      }
    })
    if (this.#asked.size > 0) this.#wake?.()
    try {
      const result = await Promise.race([this.#result, asked])
      if (result !== undefined) return { kind: 'done', result }
      return { kind: 'asked', requests: this.#requests() }
    } finally {
      clearTimeout(timer)
      round.signal.removeEventListener('abort', onAbort)
      this.#wake = undefined
      this.#round = undefined
      this.#responses.clear()
    }
  }

  /** Ends it at the server, as cancelled. */
  cancel(why: string): void {
    this.#abort.abort()
    for (const { reject } of this.#asked.values()) reject(new HostError('server.cancelled', why))
    this.#asked.clear()
  }

  #attend(round: Round): void {
    this.#round = round
    this.#capabilities = round.capabilities
    const given = Object.entries(round.responses).flatMap(([key, answer]) =>
      isJsonObject(answer) ? [[key, answer] as const] : [],
    )
    this.#responses = new Map(given)
    for (const [key, { resolve }] of this.#asked) {
      const answer = this.#answer(key)
      if (answer === undefined) continue
      this.#asked.delete(key)
      resolve(answer)
    }
  }

  #ask(request: Asked['request']): Promise<JsonObject> {
    if (this.#abort.signal.aborted) throw new HostError('server.cancelled', 'the call is cancelled')
    this.#asks += 1
    const wanted = request.key ?? `request-${this.#asks}`
    const key = this.#asked.has(wanted) ? `${wanted}-${this.#asks}` : wanted
    // A client may come with the answer before it is asked: of a call that a server forgot, or one that it knows.
    const answer = this.#answer(key)
    if (answer) return Promise.resolve(answer)
    return new Promise((resolve, reject) => {
      this.#asked.set(key, { request, resolve, reject })
      this.#wake?.()
    })
  }

  /** Each answer is for one question. */
  #answer(key: string): JsonObject | undefined {
    const answer = this.#responses.get(key)
    this.#responses.delete(key)
    return answer
  }

  #requests(): JsonObject {
    const requests = [...this.#asked].map(([key, { request }]) => {
      const { method, params } = request
      return [key, { method, params }] as const
    })
    return Object.fromEntries(requests)
  }
}
