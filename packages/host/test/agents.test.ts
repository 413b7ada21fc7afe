import { readFileSync, writeFileSync } from 'node:fs'
import { isJsonObject, type JsonObject } from '@ecp/protocol'
import { describe, expect, test } from 'vitest'
import type { Answer, Host, PerformOptions } from '../src/index.ts'
import {
  type AgentServer,
  type AgentServerOptions,
  type AgentWork,
  agentServer,
  data,
  part,
  TaskState,
  text,
} from './agent-server.ts'
import { opened } from './answers.ts'
import { type Boundary, boundary, faultsOf, recordsOf } from './boundary.ts'

interface World {
  readonly allow?: string
  /** More keys of the endpoint, as YAML in flow style. */
  readonly endpoint?: string
  readonly child?: string
  readonly more?: string
}

function world(url: string, { allow = '[reviewer]', endpoint = '', child = '', more = '' }: World = {}): Boundary {
  const of = boundary({
    more: `  agents: { allowEndpoints: ${allow} }
${more}agents: { endpoints: { reviewer: { url: "${url}"${endpoint} } } }
`,
  })
  const remote = `  - { name: reviewer, type: agent, protocols: { agentOrchestration: { type: a2a } }${child} }\n  - { name: local, type: agent }\n`
  writeFileSync(
    of.context,
    `${readFileSync(of.context, 'utf8').replace('strategy: single', 'strategy: delegate')}${remote}`,
  )
  return of
}

async function delegated(
  of: Boundary,
  performing: PerformOptions = {},
  args: JsonObject = { text: 'Review it.' },
  target = 'reviewer',
) {
  const host = await opened(of, { env: { PATH: process.env.PATH, TOKEN: 'very-secret-token' } })
  return perform(host, args, performing, target)
}

const perform = (host: Host, args: JsonObject, performing: PerformOptions = {}, target = 'reviewer') =>
  host.gate.perform(
    { kind: 'agent.delegate', target, arguments: args, executor: 'agent', origin: 'engine' },
    performing,
  )

const serving = (work: (task: AgentWork) => void | Promise<void>, options?: AgentServerOptions) =>
  agentServer(work, options)

describe.each([true, false])('an agent that streams: %s', (streaming) => {
  test('answers with a message', async () => {
    const server = await serving(({ text: said, message }) => message(text(`You said: ${said}`)), { streaming })
    const of = world(server.url)
    expect(await delegated(of)).toMatchObject({
      decision: { effect: 'allow', acts: 'neither' },
      outcome: { status: 'completed' },
      result: { parts: [{ kind: 'text', text: 'You said: Review it.' }] },
    })
    const kinds = recordsOf(of.ledger()).map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind.startsWith('action.'))).toEqual([
      'action.decided',
      'action.intended',
      'action.finished',
    ])
    expect(faultsOf(of.ledger())).toEqual([])
  })

  test('works for a while, and makes artifacts in pieces; of a file only the name is taken', async () => {
    const server = await serving(
      ({ status, artifact }) => {
        status(TaskState.TASK_STATE_WORKING, 'on it')
        artifact([text('one, ')])
        artifact([text('two')], { append: true })
        artifact([data({ n: 3 }), part({ $case: 'url', value: 'http://127.0.0.1:1/x' })], { id: 'b' })
        status(TaskState.TASK_STATE_COMPLETED, 'done')
      },
      { streaming },
    )
    const { result } = await delegated(world(server.url))
    expect(result?.parts).toEqual([
      { kind: 'text', text: 'one, ' },
      { kind: 'text', text: 'two' },
      { kind: 'data', data: { n: 3 } },
      { kind: 'file', name: 'without a name' },
    ])
  })

  test.each([
    [TaskState.TASK_STATE_FAILED, 'agent.failed', /failed: no more paper/],
    [TaskState.TASK_STATE_REJECTED, 'agent.rejected', /rejected the task: no more paper/],
    [TaskState.TASK_STATE_CANCELED, 'agent.canceled', /cancelled the task itself/],
    [
      TaskState.TASK_STATE_INPUT_REQUIRED,
      'agent.input-required',
      /asks for input: no more paper \(nobody is there to answer; `ask: \{ title: ... \}` on executor `reviewer` lets a person\)/,
    ],
    [TaskState.TASK_STATE_AUTH_REQUIRED, 'agent.auth-required', /asks for authorization/],
  ])('state %s is a clear failure', async (state, code, message) => {
    const server = await serving(({ status }) => status(state, 'no more paper'), { streaming })
    const { outcome } = await delegated(world(server.url))
    expect(outcome).toMatchObject({ status: 'failed', error: { code, message: expect.stringMatching(message) } })
    expect(server.heard.includes('CancelTask')).toBe(code.endsWith('-required'))
  })

  test('is cancelled with the action, and says so', async () => {
    const stop = new AbortController()
    let ended = false
    const server = await serving(
      async ({ status, cancelled }) => {
        status(TaskState.TASK_STATE_WORKING)
        setImmediate(() => stop.abort())
        await cancelled
        ended = true
      },
      { streaming },
    )
    const { outcome } = await delegated(world(server.url), { signal: stop.signal })
    expect(server.heard).toContain('CancelTask')
    expect(ended).toBe(true)
    expect(outcome).toMatchObject({ status: 'cancelled', error: { code: 'agent.cancelled' } })
  })
})

test.each([true, false])('an agent of version 0.3 is understood, streaming: %s', async (streaming) => {
  const server = await serving(
    ({ status, artifact }) => {
      status(TaskState.TASK_STATE_WORKING)
      artifact([text('done')])
      status(TaskState.TASK_STATE_COMPLETED)
    },
    { streaming, legacy: true },
  )
  const { outcome, result } = await delegated(world(server.url))
  expect(outcome.status).toBe('completed')
  expect(result?.parts).toEqual([{ kind: 'text', text: 'done' }])
  expect(server.heard[1]).toMatch(/^message\/(?:send|stream)$/)
})

const asking = { child: ', ask: { title: Well? }' }
const { TASK_STATE_INPUT_REQUIRED: asks, TASK_STATE_COMPLETED: done } = TaskState

/** What an agent asks, and the task that it waits in. */
function askedIn({ result }: Answer) {
  const { asks: asked } = result ?? {}
  if (!isJsonObject(asked)) throw new TypeError(`nothing is asked: ${JSON.stringify(result)}`)
  const { task = '', context = '', parts } = asked
  return { waits: { task, context }, parts }
}

const ways: readonly AgentServerOptions[] = [
  { streaming: true, legacy: false },
  { streaming: false, legacy: false },
  { streaming: true, legacy: true },
  { streaming: false, legacy: true },
  { streaming: true, legacy: false, forgets: true },
]

describe.each(ways)('an agent that asks for input: %o', (speaking) => {
  test('waits, and is answered in the same task; what it made before the question is not lost', async () => {
    const server = await serving(({ round, text: said, status, artifact }) => {
      if (round > 1) artifact([text(said)], { id: 'b' })
      else artifact([text('before, ')])
      if (round > 1) status(done)
      else status(asks, 'which paper?')
    }, speaking)
    const of = world(server.url, asking)
    const host = await opened(of)
    const first = await perform(host, { text: 'Review it.' })
    expect(first.outcome.status).toBe('completed')
    const { waits, parts } = askedIn(first)
    for (const other of [{ context: 'other' }, { task: 'other' }]) {
      const { outcome } = await perform(host, { text: 'red', continues: { ...waits, ...other } })
      expect(outcome).toMatchObject({ status: 'failed', error: { code: 'agent.not-asked' } })
    }
    expect(parts).toEqual([{ kind: 'text', text: 'which paper?' }])
    const second = await perform(host, { text: 'the red one', continues: waits })
    expect(second.result?.parts).toEqual([
      { kind: 'text', text: 'before, ' },
      { kind: 'text', text: 'the red one' },
    ])
    expect(server.told).toEqual([
      { ...waits, message: first.actionId, text: 'Review it.' },
      { ...waits, message: second.actionId, text: 'the red one' },
    ])
    expect(server.heard.join()).not.toMatch(/cancel/i)
    expect(faultsOf(of.ledger())).toEqual([])

    // It was answered: nothing goes there again.
    for (const args of [{ text: 'the blue one', continues: waits }, { withdraws: waits }]) {
      expect((await perform(host, args)).outcome).toMatchObject({
        status: 'failed',
        error: { code: 'agent.not-asked' },
      })
    }
    expect(server.told).toHaveLength(2)
  })

  test('is not asked again for what it says of itself until it has read the answer', async () => {
    const looked = Promise.withResolvers<void>()
    const server = await serving(
      async ({ round, status, artifact, breakOff }) => {
        if (round === 1) return status(asks, 'which paper?')
        artifact([text('thinking')])
        await new Promise((resolve) => setImmediate(resolve))
        if (speaking.streaming) breakOff()
        await looked.promise
        status(done)
      },
      {
        ...speaking,
        answer: (_request, _response, body) => {
          if (/"(?:GetTask|tasks\/get)"/.test(body)) looked.resolve()
          return false
        },
      },
    )
    const host = await opened(world(server.url, asking))
    const { waits } = askedIn(await perform(host, { text: 'Review it.' }))
    const { result } = await perform(host, { text: 'the red one', continues: waits })
    expect(result?.parts).toEqual([{ kind: 'text', text: 'thinking' }])
  })

  test('is cancelled where nobody will answer', async () => {
    const server = await serving(({ status }) => status(asks, 'which paper?'), speaking)
    const host = await opened(world(server.url, asking))
    const { waits } = askedIn(await perform(host, { text: 'Review it.' }))
    const withdrawn = await perform(host, { withdraws: waits })
    expect(withdrawn).toMatchObject({ outcome: { status: 'completed' }, result: { withdrawn: true } })
    expect(server.heard.filter((method) => /cancel/i.test(method))).toHaveLength(1)
    const late = await perform(host, { text: 'the red one', continues: waits })
    expect(late.outcome).toMatchObject({ status: 'failed', error: { code: 'agent.not-asked' } })
    expect(server.told).toHaveLength(1)
  })
})

test('a task that this run was not asked in is neither continued nor cancelled', async () => {
  const server = await serving(({ status }) => status(asks, 'which paper?'))
  const of = world(server.url, asking)
  const { waits } = askedIn(await delegated(of))
  // Another client has a run of its own.
  const other = await opened(of, { client: 'another client' })
  const heard = server.heard.length
  for (const args of [
    { text: 'red', continues: waits },
    { withdraws: waits },
    { text: 'red', continues: { ...waits, context: 'other' } },
    { text: 'red', continues: { ...waits, task: 'other' } },
  ]) {
    const { outcome } = await perform(other, args)
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'agent.not-asked' } })
  }
  for (const args of [{ text: 'red', continues: 'x' }, { text: 'red', withdraws: waits }, { continues: waits }]) {
    const { outcome } = await perform(other, args)
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'context.arguments-invalid' } })
  }
  expect(server.heard).toHaveLength(heard)
})

test.each<[string, string, AgentServerOptions, string]>([
  ['a question that is too long to be read', 'x'.repeat(11_000), {}, 'its question is over 10000 bytes'],
  ['an id with something hidden in it', 'which?', { taskId: 'a\u202eb' }, 'its task has no id that can be sent back'],
])('what cannot be answered is a failure, and cancelled: %s', async (_, words, options, message) => {
  const server = await serving(({ status }) => status(asks, words), options)
  const { outcome } = await delegated(world(server.url, asking))
  expect(outcome).toMatchObject({
    status: 'failed',
    error: { code: 'agent.input-required', message: expect.stringContaining(message) },
  })
  expect(server.heard).toContain('CancelTask')
})

test.each([true, false])('an answer that the agent does not take has failed, streaming: %s', async (streaming) => {
  const server = await serving(({ status }) => status(asks, 'which paper?'), { streaming })
  const host = await opened(world(server.url, asking))
  const { waits } = askedIn(await perform(host, { text: 'Review it.' }))
  await fetch(`${server.url}/a2a`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'a2a-version': '1.0' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'CancelTask', params: { id: waits.task } }),
  })
  const { outcome } = await perform(host, { text: 'red', continues: waits })
  expect(outcome).toMatchObject({
    status: 'failed',
    error: { code: 'agent.refused', message: expect.stringContaining('was not given the answer') },
  })
})

test('an answer that got lost on the way is unknown, and is not sent again', async () => {
  let isLost = false
  const server = await serving(({ status }) => status(asks, 'which paper?'), {
    answer: (request, response) => isLost && request.method === 'POST' && Boolean(response.destroy()),
  })
  const host = await opened(world(server.url, asking))
  const { waits } = askedIn(await perform(host, { text: 'Review it.' }))
  isLost = true
  const { outcome } = await perform(host, { text: 'red', continues: waits })
  expect(outcome).toMatchObject({ status: 'unknown', error: { code: 'agent.lost' } })
  isLost = false
  const again = await perform(host, { text: 'red', continues: waits })
  expect(again.outcome).toMatchObject({ status: 'failed', error: { code: 'agent.not-asked' } })
})

test.each([
  ['the endpoint', { endpoint: ', config: { timeoutMs: 300 }' }],
  ["the executor's own budget", { child: ', policies: { budgets: { maxRuntimeSeconds: 0.3 } }' }],
])('a task that takes longer than %s allows is cancelled', async (_, more) => {
  const server = await serving(async ({ status, cancelled }) => {
    status(TaskState.TASK_STATE_WORKING)
    await cancelled
  })
  const { outcome } = await delegated(world(server.url, more))
  expect(server.heard).toContain('CancelTask')
  expect(outcome).toMatchObject({
    status: 'failed',
    error: { code: 'agent.timeout', message: expect.stringContaining('300 ms') },
  })
})

test('a stream that breaks off is no end: the task is asked for until it has one', async () => {
  const server = await serving(async ({ status, artifact, breakOff }) => {
    status(TaskState.TASK_STATE_WORKING)
    await new Promise((resolve) => setImmediate(resolve))
    breakOff()
    artifact([text('ready')])
    status(TaskState.TASK_STATE_COMPLETED)
  })
  const { outcome, result } = await delegated(world(server.url))
  expect(outcome.status).toBe('completed')
  expect(result?.parts).toEqual([{ kind: 'text', text: 'ready' }])
  expect(server.heard).toContain('GetTask')
})

const posted = (answer: NonNullable<AgentServerOptions['answer']>): AgentServerOptions => ({
  answer: (request, response, body) => request.method === 'POST' && answer(request, response, body),
})

test.each<[string, AgentServerOptions]>([
  ['the connection is lost', posted((_, response) => Boolean(response.destroy()))],
  ['HTTP 502', posted((_, response) => Boolean(response.writeHead(502).end('bad gateway')))],
  [
    'an answer that is no JSON',
    posted((_, response) => Boolean(response.writeHead(200, { 'content-type': 'text/html' }).end('<p>hello'))),
  ],
  [
    'events without an end',
    posted((_, response) => Boolean(response.writeHead(200, { 'content-type': 'text/event-stream' }).end())),
  ],
  [
    'an answer of 5 MB',
    posted((_, response) =>
      Boolean(
        response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`data: ${'x'.repeat(5_000_000)}\n\n`),
      ),
    ),
  ],
])('what was sent and came to no end is unknown: %s', async (_, options) => {
  const server = await serving(() => undefined, options)
  const { outcome } = await delegated(world(server.url))
  expect(outcome).toMatchObject({ status: 'unknown', error: { code: 'agent.lost' } })
})

test.each<[string, AgentServerOptions, string]>([
  ['HTTP 401', posted((_, response) => Boolean(response.writeHead(401).end('who are you?'))), 'agent.refused'],
  [
    'an error of JSON-RPC',
    posted((_, response, body) => {
      const error = { jsonrpc: '2.0', id: JSON.parse(body).id, error: { code: -32602, message: 'no such skill' } }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(error))
      return true
    }),
    'agent.refused',
  ],
  [
    'a card that is not there',
    { answer: (_, response) => Boolean(response.writeHead(404).end('no')) },
    'agent.refused',
  ],
  ['a card that is no card', { answer: (_, response) => Boolean(response.writeHead(200).end('{}')) }, 'agent.refused'],
  [
    'a redirect of the card',
    { answer: (_, response) => Boolean(response.writeHead(302, { location: '/other' }).end()) },
    'network.refused',
  ],
  ['a card that names another origin', { cardUrl: 'http://127.0.0.1:9/a2a' }, 'network.refused'],
])('what the agent did not take has failed: %s', async (_, options, code) => {
  const server = await serving(() => undefined, options)
  const { outcome } = await delegated(world(server.url))
  expect(outcome).toMatchObject({ status: 'failed', error: { code } })
})

test('an agent that cannot be reached was given nothing', async () => {
  const { outcome } = await delegated(world('http://127.0.0.1:9'))
  expect(outcome).toMatchObject({ status: 'failed', error: { code: 'server.start-failed' } })
})

test('security.network holds for agents, too', async () => {
  const server = await serving(({ message }) => message(text('hello')))
  const { outcome } = await delegated(
    world(server.url, { more: '  network: { allowDomains: [agents.example.com] }\n' }),
  )
  expect(outcome).toMatchObject({ status: 'failed', error: { code: 'network.refused' } })
  expect(server.heard).toEqual([])
})

const bound = ', credentials: { bindings: [{ name: authorization, source: { provider: process.env, key: TOKEN } }] }'

test('a bound secret goes to its agent as a header, and into no record', async () => {
  const server = await serving(({ message }) => message(text('I got very-secret-token')))
  const of = world(server.url, { endpoint: bound, more: '  secrets: { allowProviders: [process.env] }\n' })
  const { result } = await delegated(of)
  expect(server.headers.map(({ authorization }) => authorization)).toEqual(['very-secret-token', 'very-secret-token'])
  expect(result?.parts).toEqual([{ kind: 'text', text: 'I got [secret:process.env:TOKEN]' }])
  expect(JSON.stringify(recordsOf(of.ledger()))).not.toContain('very-secret-token')
})

test('a secret whose provider is not allowed is not read, and the agent hears of nothing', async () => {
  const server = await serving(({ message }) => message(text('hello')))
  const of = world(server.url, { endpoint: bound })
  expect((await delegated(of)).outcome).toMatchObject({
    status: 'failed',
    error: { code: 'secret.provider-not-allowed' },
  })
  await expect((await opened(of)).checkEndpoint('reviewer')).rejects.toMatchObject({
    code: 'secret.provider-not-allowed',
  })
  expect(server.heard).toEqual([])
})

describe('what decides', () => {
  test('an endpoint that security.agents does not allow hears of nothing', async () => {
    const server = await serving(({ message }) => message(text('hello')))
    const { decision, outcome } = await delegated(world(server.url, { allow: '[]' }))
    expect(outcome.status).toBe('denied')
    expect(decision.reasons).toContainEqual(expect.objectContaining({ code: 'host.endpoint-not-allowed' }))
    expect(server.heard).toEqual([])
  })

  test.each([
    ['local', 'allow', 'failed'],
    ['agent', 'deny', 'denied'],
    ['stranger', 'deny', 'denied'],
  ])('nothing is delegated to `%s`', async (target, effect, status) => {
    const server = await serving(({ message }) => message(text('hello')))
    const answer = await delegated(world(server.url), {}, { text: 'x' }, target)
    expect([answer.decision.effect, answer.outcome.status]).toEqual([effect, status])
    expect(server.heard).toEqual([])
  })

  test('a config that cannot be followed is refused by name', async () => {
    const of = world('http://127.0.0.1:9', { endpoint: ', config: { timeout: 5 }' })
    await expect((await opened(of)).checkEndpoint('reviewer')).rejects.toThrow('did you mean `timeoutMs`')
  })
})

test.each<[string, (server: AgentServer) => string]>([
  ['its origin', ({ url }) => url],
  ['a path there', ({ url }) => `${url}/some/agent`],
])('the card is at the well-known place of %s', async (_, address) => {
  const server = await serving(({ message }) => message(text('hello')))
  expect((await delegated(world(address(server)))).outcome.status).toBe('completed')
  expect(server.heard[0]).toBe('/.well-known/agent-card.json')
})

test('or at the address itself, where that is a card', async () => {
  const server = await serving(({ message }) => message(text('hello')))
  expect((await delegated(world(`${server.url}/cards/reviewer.json`))).outcome.status).toBe('completed')
  expect(server.heard[0]).toBe('/cards/reviewer.json')
})
