import type { Readable } from 'node:stream'
import { HostError } from '../error.ts'

/** Looks at a body while it comes in. */
export interface BodyWatch {
  /** Throws to end the body with that. */
  data(chunk: Uint8Array): void
  /** Called once: the body is complete, broken, or nobody wants it any more. */
  end(): void
}

/** The body as a web stream, of which no more is read than is asked for. `failed` says what a broken one ends with. */
export function watchedBody(
  body: Readable,
  watch: BodyWatch,
  failed: (cause: unknown) => unknown,
): ReadableStream<Uint8Array> {
  // Whether anybody is reading or not, a broken connection is no reason to end the process.
  body.on('error', () => {})
  const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]()
  let over = false
  const end = () => {
    if (over) return
    over = true
    watch.end()
  }
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    try {
      const { done, value } = await chunks.next()
      if (done) {
        end()
        controller.close()
        return
      }
      watch.data(value)
      controller.enqueue(value)
    } catch (cause) {
      end()
      body.destroy()
      controller.error(failed(cause))
    }
  }
  const cancel = () => {
    end()
    body.destroy()
  }
  return new ReadableStream({ pull, cancel }, { highWaterMark: 0 })
}

/** A limit on a body as a whole. Ends it with `server.message-too-large`. */
export function totalLimit(who: string, maxBytes: number): () => BodyWatch {
  return () => {
    let bytes = 0
    return {
      data(chunk) {
        bytes += chunk.length
        if (bytes > maxBytes) throw tooLarge(who, 'a message', maxBytes)
      },
      end() {},
    }
  }
}

export function tooLarge(who: string, what: string, maxBytes: number): HostError {
  return new HostError('server.message-too-large', `${who} sent ${what} of over ${maxBytes} bytes`)
}
