import { tooSlow } from './too-slow.ts'

/**
 * The same response, whose body is read at once and held for a client that reads slower: up to `maxBytes`, then it is
 * ended. `onEnd` is called once, however it ends.
 */
export function bounded(response: Response, maxBytes: number, onEnd: () => void = () => undefined): Response {
  const { body, status, headers } = response
  if (!body) {
    onEnd()
    return response
  }
  const reader = body.getReader()
  const stream = new ReadableStream<Uint8Array>(
    {
      start: (controller) => void pump(reader, controller).finally(onEnd),
      cancel: (reason) => reader.cancel(reason),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: maxBytes }),
  )
  return new Response(stream, { status, headers })
}

async function pump(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  controller: ReadableStreamDefaultController<Uint8Array>,
): Promise<void> {
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return controller.close()
      if ((controller.desiredSize ?? 0) <= 0) {
        controller.error(tooSlow())
        return await reader.cancel()
      }
      controller.enqueue(value)
    }
  } catch {
    // The client is gone, and what was said to it with it.
  }
}
