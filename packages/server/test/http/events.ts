/** One server-sent event. */
export interface ServerSent {
  readonly id?: string
  readonly data: string
}

/** The events of a response as they come (WHATWG HTML, server-sent events; the part of it that MCP uses). */
export async function* eventsOf(response: Response): AsyncGenerator<ServerSent> {
  let rest = ''
  for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const blocks = (rest + text).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const fields = Object.fromEntries(
        block.split('\n').map((line) => {
          const colon = line.indexOf(':')
          return [line.slice(0, colon), line.slice(colon + 2)]
        }),
      )
      const { id, data } = fields
      if (data !== undefined) yield { data, ...(id === undefined ? {} : { id }) }
    }
  }
}
