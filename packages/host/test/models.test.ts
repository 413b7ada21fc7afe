import { describe, expect, test } from 'vitest'
import type { ModelReply, ModelTurn } from '../src/index.ts'
import { boundary, faultsOf, recordsOf } from './boundary.ts'
import { calls, event, modelServer, refuses, says, streamed } from './model-server.ts'

const key = 'sk-very-secret-key-0001'
const turn: ModelTurn = {
  instructions: 'You are brief.',
  messages: [{ role: 'user', text: 'What is in the note?' }],
  tools: [{ name: 'witness:read.note', description: 'Reads it', inputSchema: { type: 'object' } }],
  maxOutputTokens: 100,
  estimatedPromptTokens: 50,
}

function world(url: string, { policies = '', more = '', config = '' } = {}) {
  return boundary({
    policies: `{ toolAccess: { default: deny }${policies} }`,
    more: `  models: { allowProviders: [local], allowedModels: { local: [m] } }
  secrets: { allowProviders: [process.env] }
${more}models:
  providers:
    local:
      defaultModel: m
      apiKey: { provider: process.env, key: MODEL_KEY }
      prices: { m: { inputUsdPerMillion: 1000000, outputUsdPerMillion: 2000000 } }
      config: { baseURL: "${url}"${config} }
`,
  })
}

async function generate(of: ReturnType<typeof world>, more: Partial<ModelTurn> = {}, performing = {}) {
  const host = await of.open({ env: { PATH: process.env.PATH, MODEL_KEY: key } })
  try {
    const answer = await host.gate.perform(
      {
        kind: 'model.generate',
        target: 'local/m',
        arguments: JSON.parse(JSON.stringify({ ...turn, ...more })),
        executor: 'agent',
        origin: 'engine',
      },
      performing,
    )
    return { ...answer, reply: answer.result as unknown as ModelReply | undefined } // reason: what the Gate says of this kind
  } finally {
    await host.close()
  }
}

test('a model turn is decided, made at the wired provider, and recorded with what it used', async () => {
  const server = await modelServer(streamed([{ content: 'It says ' }, { content: 'hello.' }]))
  const of = world(server.url)
  const pieces: string[] = []
  const { outcome, reply } = await generate(of, {}, { onText: (piece: string) => pieces.push(piece) })
  expect(outcome).toMatchObject({ status: 'completed', tokens: { prompt: 11, completion: 7 }, costUsd: 25 })
  expect(reply).toMatchObject({ text: 'It says hello.', calls: [], finish: 'stop' })
  expect(pieces.join('')).toBe('It says hello.')
  const [heard] = server.heard
  expect(heard?.path).toBe('/v1/chat/completions')
  expect(heard?.headers.authorization).toBe(`Bearer ${key}`)
  expect(heard?.body).toMatchObject({
    model: 'm',
    max_tokens: 100,
    messages: [
      { role: 'system', content: 'You are brief.' },
      { role: 'user', content: 'What is in the note?' },
    ],
  })
  const ledger = of.ledger()
  try {
    expect(JSON.stringify(recordsOf(ledger))).not.toContain(key)
    expect(faultsOf(ledger)).toEqual([])
  } finally {
    ledger.close()
  }
})

test('tools have names that providers take, and calls come back as tools', async () => {
  const server = await modelServer((response, heard) =>
    calls(
      { name: heard.body.tools[0].function.name, arguments: '{"n":1}' },
      { name: 'rm_rf', arguments: '{}' },
      { name: heard.body.tools[0].function.name, arguments: '{"n":' },
    )(response, heard),
  )
  const { reply } = await generate(world(server.url))
  expect(server.heard[0]?.body.tools[0].function.name).toMatch(/^witness__read_note-[0-9a-f]{8}$/)
  expect(reply?.finish).toBe('tool-calls')
  expect(reply?.calls).toMatchObject([
    { id: 'call_0', tool: 'witness:read.note', arguments: { n: 1 } },
    { tool: 'rm_rf', fault: 'there is no tool of this name that you may call' },
    { tool: 'witness:read.note', arguments: null, fault: expect.stringContaining('no JSON') },
  ])
  expect(reply?.calls[0]).not.toHaveProperty('fault')
})

test('a whole conversation reaches the provider in its form', async () => {
  const server = await modelServer(says('Done.'))
  await generate(world(server.url), {
    messages: [
      { role: 'user', text: 'Go on' },
      { role: 'assistant', text: 'I look.', calls: [{ id: 'a', tool: 'witness:read.note', arguments: { n: 1 } }] },
      { role: 'tool', results: [{ id: 'a', tool: 'witness:read.note', text: 'hello' }] },
    ],
    output: { name: 'Answer', schema: { type: 'object', properties: { said: { type: 'string' } } } },
  })
  const { body } = server.heard[0] ?? {}
  expect(body.messages.slice(2)).toMatchObject([
    { role: 'assistant', content: 'I look.', tool_calls: [{ id: 'a', function: { arguments: '{"n":1}' } }] },
    { role: 'tool', tool_call_id: 'a', content: 'hello' },
  ])
  expect(body.response_format).toMatchObject({ type: 'json_schema', json_schema: { name: 'Answer' } })
})

test("Anthropic's messages are spoken, too", async () => {
  const lines = [
    {
      type: 'message_start',
      message: {
        id: 'm1',
        type: 'message',
        role: 'assistant',
        model: 'm',
        content: [],
        usage: { input_tokens: 9, output_tokens: 1 },
      },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello.' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 4 } },
    { type: 'message_stop' },
  ]
  const server = await modelServer((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(lines.map((line) => `event: ${line.type}\ndata: ${JSON.stringify(line)}\n\n`).join(''))
  })
  const { reply } = await generate(world(server.url, { config: ', api: anthropic' }))
  expect(reply).toMatchObject({ text: 'Hello.', finish: 'stop', tokens: { prompt: 9, completion: 4 } })
  expect(server.heard[0]).toMatchObject({
    path: '/v1/messages',
    headers: { 'x-api-key': key },
    body: { max_tokens: 100 },
  })
})

test('a provider that is busy is asked again, until it answers', async () => {
  const server = await modelServer(refuses(429, { 'retry-after': '0.01' }), refuses(503), says('Here.'))
  expect((await generate(world(server.url))).reply?.text).toBe('Here.')
  expect(server.heard).toHaveLength(3)
})

test('one that refuses is asked once, and what it says is told, without the key', async () => {
  const server = await modelServer(refuses(401, {}, `the key ${key} is wrong`))
  const { outcome } = await generate(world(server.url))
  expect(outcome).toMatchObject({ status: 'failed', error: { code: 'model.failed' } })
  expect(outcome.error?.message).toContain('HTTP 401: the key [secret:process.env:MODEL_KEY] is wrong')
  expect(outcome.error?.message).toContain('see `apiKey` of the provider')
  expect(server.heard).toHaveLength(1)
})

describe('nonsense is bounded, clear and recorded', () => {
  test.each([
    ['HTML with status 200', 'text/html', '<html>login</html>', 'model.protocol', 'answered with `text/html`'],
    ['no event at all', 'text/event-stream', '', 'model.protocol', 'broke off'],
    ['events that are no JSON', 'text/event-stream', 'data: {{{\n\n', 'model.protocol', 'broke off'],
    ['a JSON answer of another kind', 'application/json', '{"ok":true}', 'model.protocol', 'broke off'],
    [
      'ten megabytes',
      'text/event-stream',
      event({ choices: [{ index: 0, delta: { content: 'x'.repeat(10_000_000) } }] }),
      'server.message-too-large',
      'over 8000000 bytes',
    ],
  ])('%s', async (_, type, text, code, words) => {
    const server = await modelServer((response) => {
      response.writeHead(200, { 'content-type': type })
      response.end(text)
    })
    const of = world(server.url)
    const { outcome } = await generate(of)
    expect(outcome).toMatchObject({ status: 'failed', error: { code } })
    expect(outcome.error?.message).toContain(words)
    const ledger = of.ledger()
    try {
      expect(recordsOf(ledger).at(-1)).toMatchObject({
        kind: 'action.finished',
        body: { outcome: { status: 'failed' } },
      })
      expect(faultsOf(ledger)).toEqual([])
    } finally {
      ledger.close()
    }
  })

  test('a stream that stops half way is a failure, and is not asked for again', async () => {
    const server = await modelServer((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(event({ choices: [{ index: 0, delta: { content: 'It says' } }] }))
      response.socket?.end()
    })
    const { outcome } = await generate(world(server.url))
    expect(outcome).toMatchObject({ status: 'failed' })
    expect(server.heard).toHaveLength(1)
  })

  test('arguments that are no turn reach no provider', async () => {
    const server = await modelServer(says('Hello.'))
    const { outcome } = await generate(world(server.url), { messages: [{ role: 'boss' }] as never })
    expect(outcome.error).toMatchObject({ code: 'model.protocol', message: expect.stringContaining('`messages`') })
    expect(server.heard).toEqual([])
  })
})

test('tokens are reserved before a turn and settled by what the provider counted', async () => {
  const server = await modelServer(says('One.'))
  const of = world(server.url, { policies: ', budgets: { maxModelTokens: 180 }' })
  // 150 are reserved, 18 are used: twice it fits, then 36 + 150 do not.
  expect((await generate(of)).outcome.status).toBe('completed')
  expect((await generate(of)).outcome.status).toBe('completed')
  const third = await generate(of)
  expect(third.decision.reasons.map(({ code }) => code)).toContain('budget.tokens')
  expect(server.heard).toHaveLength(2)
})

test('a provider that says nothing of tokens used what was reserved', async () => {
  const server = await modelServer(streamed([{ content: 'Hm.' }], 'stop', null))
  const { outcome } = await generate(world(server.url))
  expect(outcome.tokens).toEqual({ prompt: 50, completion: 100 })
})

test('what is not allowed reaches no provider: another model, another provider', async () => {
  const server = await modelServer(says('Hello.'))
  const host = await world(server.url).open({ env: { PATH: process.env.PATH, MODEL_KEY: key } })
  for (const target of ['local/other', 'openai/m']) {
    const request = { kind: 'model.generate', target, executor: 'agent', origin: 'engine' } as const
    const { decision } = await host.gate.perform({ ...request, arguments: JSON.parse(JSON.stringify(turn)) })
    expect(decision.effect).toBe('deny')
  }
  await host.close()
  expect(server.heard).toEqual([])
})

test('a cancelled turn ends at the provider and is recorded so', async () => {
  const stop = new AbortController()
  let ended: () => void = () => {}
  const isEnded = new Promise<void>((resolve) => {
    ended = resolve
  })
  const server = await modelServer((response) => {
    response.on('close', () => ended())
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(event({ choices: [{ index: 0, delta: { content: 'It' } }] }))
  })
  const { outcome } = await generate(world(server.url), {}, { signal: stop.signal, onText: () => stop.abort() })
  expect(outcome).toMatchObject({ status: 'cancelled', error: { code: 'model.cancelled' } })
  await isEnded
})

test('a key of the config that ecp does not know is refused by name and place', async () => {
  const server = await modelServer(says('Hello.'))
  const { outcome } = await generate(world(server.url, { config: ', baseUrl: "http://127.0.0.1:1"' }))
  expect(outcome.error?.message).toMatch(
    /config\.yaml:\d+:\d+\): `baseUrl` is nothing that ecp knows; did you mean `baseURL`/,
  )
})
