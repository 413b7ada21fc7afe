/** One server-sent event (WHATWG HTML, 9.2). */
export interface ServerEvent {
  readonly type: string
  readonly data: string
}

/** The events of a `text/event-stream` body, as they come. Ends with the body. */
export async function* eventsIn(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader() // reason: lib.dom has the stream of BufferSource, which bytes are
  let rest = ''
  let type = ''
  let data: string[] = []
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const lines = (rest + value).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines.map((text) => text.replace(/\r$/, ''))) {
        if (line === '') {
          if (data.length > 0) yield { type: type || 'message', data: data.join('\n') }
          type = ''
          data = []
          continue
        }
        const [, name, text = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
        if (name === 'event') type = text
        if (name === 'data') data.push(text)
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
