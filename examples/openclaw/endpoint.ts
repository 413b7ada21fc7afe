import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { ChatRequest, completion, completionEvents, toolResults } from './completions.ts'
import { nextTurn, type Turn } from './recording.ts'

/** A model on loopback that plays a recording, and keeps every request, so that a test can see what the model read. */
export interface Endpoint extends AsyncDisposable {
  /** Its base URL, for a client that speaks OpenAI's chat completions. */
  readonly url: string
  readonly requests: readonly ChatRequest[]
}

/** What happens in the world before the model answers; gets its request. */
export type Meanwhile = (request: ChatRequest) => Promise<void>

/** Starts the endpoint on a free port of 127.0.0.1. */
export async function startEndpoint(turns: readonly Turn[], meanwhile?: Meanwhile): Promise<Endpoint> {
  const requests: ChatRequest[] = []
  const server = createServer((request, response) => {
    answer(request, response, { turns, requests, meanwhile }).catch((error: unknown) => refuse(response, String(error)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port')
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { turns, requests, meanwhile }: { turns: readonly Turn[]; requests: ChatRequest[]; meanwhile: Meanwhile | undefined },
) {
  if (request.method !== 'POST' || request.url !== '/v1/chat/completions') {
    return refuse(response, `not recorded: ${request.method} ${request.url}`)
  }
  const chat = ChatRequest.parse(JSON.parse(await text(request)))
  const id = `recorded${requests.push(chat)}`
  await meanwhile?.(chat)
  const answered = toolResults(chat).map((result) => result.tool)
  const turn = nextTurn(turns, answered)
  if (turn === undefined) return refuse(response, `the recording has no turn after [${answered}]`)
  const streams = chat.stream === true
  response.setHeader('content-type', streams ? 'text/event-stream' : 'application/json')
  response.end(streams ? completionEvents(id, chat, turn) : JSON.stringify(completion(id, chat, turn)))
}

/** 400, because clients repeat a request that was answered with 5xx, and a recording does not change its mind. */
function refuse(response: ServerResponse, message: string) {
  response.statusCode = 400
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ error: { message, type: 'invalid_request_error' } }))
}
