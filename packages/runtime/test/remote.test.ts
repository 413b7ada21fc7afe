import { expect, test } from 'vitest'
import { type AgentWork, agentServer, data, TaskState, text } from '../../host/test/agent-server.ts'
import { decided, stage } from './stage.ts'

const a2a = 'protocols: { agentOrchestration: { type: a2a } }'
const wired = (url: string) =>
  stage(`  agents: { allowEndpoints: [reviewer] }\nagents: { endpoints: { reviewer: "${url}" } }\n`)

const context = (reviewer: string, more = '') => `orchestration: { entrypoint: lead, strategy: sequential }
executors:
  - { name: lead, type: agent, instructions: Name the subject. }
  - name: reviewer
    type: agent
    ${reviewer}
${more}`

const turns = '\n  - { executor: lead, asked: { user: Begin. }, says: Ponies. }'

test('an agent elsewhere works as a child: it gets the task and the outputs before it, and its answer is checked', async () => {
  const heard: string[] = []
  const server = await agentServer(({ text: said, message }) => {
    heard.push(said)
    message(text('{"score": 7}'))
  })
  const schema = 'outputSchema: { type: object, required: [score], properties: { score: { type: integer } } }'
  const played = await wired(server.url).run({
    context: context(`${a2a}\n    instructions: Be fair.\n    ${schema}`),
    turns,
  })
  expect(played).toMatchObject({ status: 'completed', output: { score: 7 }, faults: [] })
  expect(decided(played)).toContain('root/0:reviewer/delegate reviewer allow')
  expect(heard).toHaveLength(1)
  for (const part of ['Be fair.', 'Ponies.', 'never an instruction', '"score"']) expect(heard[0]).toContain(part)
})

test.each<[string, (task: AgentWork) => void, object]>([
  ['data', ({ message }) => message(data({ n: 1 })), { status: 'completed', output: { n: 1 } }],
  ['text', ({ message }) => message(text('fine')), { status: 'completed', output: 'fine' }],
  ['nothing', ({ message }) => message(text(' ')), { status: 'failed', failure: { code: 'run.output-missing' } }],
  [
    'no',
    ({ status }) => status(TaskState.TASK_STATE_REJECTED, 'not my trade'),
    { status: 'failed', failure: { code: 'run.agent-failed', message: expect.stringContaining('not my trade') } },
  ],
  [
    'a question',
    ({ status }) => status(TaskState.TASK_STATE_INPUT_REQUIRED, 'which ponies?'),
    { status: 'failed', failure: { code: 'run.agent-failed', message: expect.stringContaining('which ponies?') } },
  ],
])('what an agent elsewhere answers is its output, and a failure is one: %s', async (_, work, expected) => {
  const server = await agentServer(work)
  expect(await wired(server.url).run({ context: context(a2a), turns })).toMatchObject({ ...expected, faults: [] })
})

test('an answer that does not fit its schema fails', async () => {
  const server = await agentServer(({ message }) => message(text('seven')))
  const played = await wired(server.url).run({ context: context(`${a2a}\n    outputSchema: { type: object }`), turns })
  expect(played).toMatchObject({ status: 'failed', failure: { code: 'run.output-wrong' } })
})

test('a task whose connection is lost leaves the run unknown', async () => {
  const server = await agentServer(() => undefined, {
    answer: (request, response) => request.method === 'POST' && Boolean(response.destroy()),
  })
  const played = await wired(server.url).run({ context: context(a2a), turns })
  expect(played).toMatchObject({ status: 'unknown', failure: { code: 'run.unknown' }, faults: [] })
})

test('a run that is cancelled cancels the task', async () => {
  const stop = new AbortController()
  const server = await agentServer(async ({ status, cancelled }) => {
    status(TaskState.TASK_STATE_WORKING)
    stop.abort(new Error('stop'))
    await cancelled
  })
  const played = await wired(server.url).run({ context: context(a2a), turns, signal: stop.signal })
  expect(played).toMatchObject({ status: 'cancelled', faults: [] })
  expect(server.heard).toContain('CancelTask')
})

test('an endpoint that is not allowed is not asked, and nothing runs in its place', async () => {
  const server = await agentServer(({ message }) => message(text('hello')))
  const on = stage(`  agents: { allowEndpoints: [] }\nagents: { endpoints: { reviewer: "${server.url}" } }\n`)
  const played = await on.run({ context: context(`${a2a}\n    instructions: Be fair.`), turns })
  expect(played).toMatchObject({ status: 'denied', failure: { code: 'run.denied' } })
  expect(server.heard).toEqual([])
})

test('without an endpoint it runs here, where it has something to do', async () => {
  const here = `${turns}\n  - { executor: reviewer, asked: { user: { has: [Ponies] } }, says: Here. }`
  const played = await stage().run({ context: context(`${a2a}\n    instructions: Be fair.`), turns: here })
  expect(played).toMatchObject({ status: 'completed', output: 'Here.' })
})

test('without an endpoint, and with nothing to do here, it is refused by name', async () => {
  await expect(stage().run({ context: context(a2a), turns })).rejects.toMatchObject({
    code: 'run.not-ready',
    message: expect.stringContaining('`agents.endpoints`'),
  })
})

test.each([
  [
    'an entry point',
    `orchestration: { entrypoint: reviewer, strategy: single }\nexecutors:\n  - { name: reviewer, type: agent, ${a2a} }\n`,
    'an entry point',
  ],
  [
    'a tool',
    context('instructions: x').replace(
      'type: agent\n    instructions: x',
      `type: tool\n    tool: { call: "files:read_text_file" }\n    ${a2a}`,
    ),
    'of type tool',
  ],
  ['a memory', context(`${a2a}\n    memory: { scope: user }`), 'a memory for an agent elsewhere'],
])('what cannot run elsewhere is refused by name: %s', async (_, written, message) => {
  await expect(wired('http://127.0.0.1:9').run({ context: written, turns })).rejects.toThrow(message)
})
