import type { JSONRPCMessage } from '@modelcontextprotocol/client'
import { HostError } from '../../error.ts'

interface Sent {
  readonly id?: string | number
  readonly method?: string
  readonly params?: { readonly requestId?: string | number }
}

/**
 * One message that was sent, and what its answer comes in. The SDK's transport reads streams in the background and does not
 * say when one of them has failed; here whoever waits is told.
 */
export class Exchange {
  /** Of a request; '' where there is no answer to be waited for. */
  readonly id: string | number
  readonly expectsAnswer: boolean
  readonly method: string
  /** The id of the request that this notification cancels. */
  readonly cancels: string | number | undefined
  /** Settles when the answer is there (or nothing is to be waited for). Rejects with `HostError`s. */
  readonly settled: Promise<void>
  /** What it failed with. */
  failure: HostError | undefined
  readonly #abort = new AbortController()
  #resolve: () => void = () => {}
  #reject: (cause: unknown) => void = () => {}
  #streams = 0
  #answered = false
  #timer: NodeJS.Timeout | undefined

  static of(message: JSONRPCMessage): Exchange {
    return new Exchange(message as Sent) // reason: a message that this side sends has one of its forms
  }

  private constructor({ id, method, params }: Sent) {
    this.expectsAnswer = method !== undefined && id !== undefined
    this.id = id ?? ''
    this.method = method ?? 'its own request'
    this.cancels = method === 'notifications/cancelled' ? params?.requestId : undefined
    this.settled = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // Whoever sent it may have left.
    this.settled.catch(() => {})
  }

  /** Ends what is still open for it: requests, streams, waits before the next attempt. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** Asks which revision the server speaks: what comes instead of an answer to that is for the SDK to judge. */
  get isProbe(): boolean {
    return this.method === 'server/discover'
  }

  streamOpened(): void {
    this.#streams++
  }

  streamEnded(): void {
    this.#streams--
    if (this.#answered) this.end()
  }

  /** The answer is there. What is open yet may end by itself, so that its connection can be used again, for `graceMs`. */
  answered(graceMs: number): void {
    this.#answered = true
    this.#resolve()
    if (this.#streams > 0) this.#timer = setTimeout(() => this.end(), graceMs).unref()
  }

  fail(cause: HostError): void {
    this.failure ??= cause
    this.#reject(cause)
    this.end()
  }

  /** Nobody waits for it any more. */
  end(): void {
    clearTimeout(this.#timer)
    this.#resolve()
    // What is over by itself has nothing to be ended.
    if (this.#streams > 0 || !this.#answered) this.#abort.abort(ended)
  }
}

const ended = new HostError('server.cancelled', 'the request is over')
