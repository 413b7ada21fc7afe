// A model for measuring: an HTTP server of OpenAI's chat completions (streamed, server-sent events), whose model's name says what
// it does: `calls-4-turns-50-delay-0` calls the tool it is offered four times in each of fifty turns, then answers in a word, and
// waits so many milliseconds before each. Prints its address.
import { createServer } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

interface Asked {
  readonly model: string
  readonly messages: readonly { readonly role: string }[]
  readonly tools?: readonly { readonly function: { readonly name: string } }[]
}

function reply({ model, messages, tools = [] }: Asked): object {
  const [, calls = '0', turns = '0'] = /^calls-(\d+)-turns-(\d+)-/.exec(model) ?? []
  const taken = messages.filter(({ role }) => role === 'assistant').length
  const tool = tools[0]?.function.name
  if (tool === undefined || taken >= Number(turns)) return { role: 'assistant', content: 'Done.' }
  return {
    role: 'assistant',
    tool_calls: Array.from({ length: Number(calls) }, (_, index) => ({
      index,
      id: `call-${taken}-${index}`,
      type: 'function',
      function: { name: tool, arguments: JSON.stringify({ id: `i${taken}-${index}`, amount: index }) },
    })),
  }
}

const server = createServer(async (request, response) => {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  const asked = JSON.parse(Buffer.concat(parts).toString()) as Asked // reason: the clients here speak this protocol
  const delay = Number(/delay-(\d+)$/.exec(asked.model)?.[1] ?? 0)
  if (delay > 0) await pause(delay)
  const delta = reply(asked)
  const common = { id: 'r', object: 'chat.completion.chunk', created: 0, model: asked.model }
  const finish = 'tool_calls' in delta ? 'tool_calls' : 'stop'
  const usage = { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 }
  const events = [
    { ...common, choices: [{ index: 0, delta, finish_reason: null }] },
    { ...common, choices: [{ index: 0, delta: {}, finish_reason: finish }] },
    { ...common, choices: [], usage },
  ]
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.end(`${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')}data: [DONE]\n\n`)
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it listens on no port')
  console.log(JSON.stringify({ baseURL: `http://127.0.0.1:${address.port}/v1` }))
})
