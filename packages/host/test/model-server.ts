import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'

/** What a server got of one turn. */
export interface Heard {
  readonly headers: IncomingMessage['headers']
  readonly path: string
  // biome-ignore lint/suspicious/noExplicitAny: the request of a provider, looked at with toMatchObject
  readonly body: any
}

type Answer = (response: ServerResponse, heard: Heard) => void | Promise<void>

/** A model provider on loopback that plays its part: real HTTP, answers as written. */
export async function modelServer(
  ...answers: readonly Answer[]
): Promise<{ readonly url: string; readonly heard: Heard[] }> {
  const heard: Heard[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const one = { headers: request.headers, path: request.url ?? '', body: JSON.parse(text) }
    heard.push(one)
    const answer = answers[heard.length - 1] ?? answers.at(-1)
    await answer?.(response, one)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new TypeError('no address')
  return { url: `http://127.0.0.1:${address.port}/v1`, heard }
}

/** A streamed chat completion of OpenAI's form. */
export function streamed(
  deltas: readonly object[],
  finish = 'stop',
  usage: object | null = { prompt_tokens: 11, completion_tokens: 7 },
): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const delta of deltas) response.write(event({ choices: [{ index: 0, delta }] }))
    response.write(event({ choices: [{ index: 0, delta: {}, finish_reason: finish }] }))
    if (usage) response.write(event({ choices: [], usage }))
    response.end('data: [DONE]\n\n')
  }
}

export const says = (text: string): Answer => streamed([{ role: 'assistant', content: text }])

export function calls(...made: readonly { readonly name: string; readonly arguments: string }[]): Answer {
  const tools = made.map((one, index) => ({ index, id: `call_${index}`, type: 'function', function: one }))
  return streamed([{ role: 'assistant', tool_calls: tools }], 'tool_calls')
}

export const refuses =
  (status: number, headers: Record<string, string> = {}, message = `no, ${status}`): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify({ error: { message, type: 'refused', code: null, param: null } }))
  }

export const event = (chunk: object): string =>
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', ...chunk })}\n\n`
