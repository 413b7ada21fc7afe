import { tooSlow } from './too-slow.ts'

/** How often (ms) an open stream says that it is there, for what stands between both sides. */
const keepAliveMs = 15_000
const encoder = new TextEncoder()

/** What a stream's response says of itself (WHATWG HTML, server-sent events; no proxy may hold it back or change it). */
export const streamHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
}

export interface SinkOptions {
  readonly headers: Readonly<Record<string, string>>
  /** How many bytes wait for a client that does not read, before the response is ended. */
  readonly maxUnsentBytes: number
  /** The client is gone, or reads too slowly; once, and not after `close`. */
  onGone(): void
}

/** One response that is a stream of server-sent events, as long as its client reads it. */
export class Sink {
  readonly response: Response
  readonly #onGone: () => void
  readonly #timer: NodeJS.Timeout
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined

  constructor({ headers, maxUnsentBytes, onGone }: SinkOptions) {
    this.#onGone = onGone
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller
        },
        cancel: () => this.#gone(),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: maxUnsentBytes }),
    )
    this.response = new Response(body, { headers: { ...streamHeaders, ...headers } })
    this.#timer = setInterval(() => this.write(': keepalive\n\n'), keepAliveMs)
    this.#timer.unref()
  }

  /** Writes an event, unless the client does not read: then this is over, and others are not held up. */
  write(event: string): void {
    if (!this.#controller) return
    if ((this.#controller.desiredSize ?? 0) > 0) {
      this.#controller.enqueue(encoder.encode(event))
      return
    }
    this.#controller.error(tooSlow())
    this.#gone()
  }

  close(): void {
    clearInterval(this.#timer)
    this.#controller?.close()
    this.#controller = undefined
  }

  #gone(): void {
    clearInterval(this.#timer)
    if (!this.#controller) return
    this.#controller = undefined
    this.#onGone()
  }
}
