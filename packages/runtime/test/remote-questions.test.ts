import type { Question } from '@ecp/protocol'
import { describe, expect, test } from 'vitest'
import { type AgentWork, agentServer, data, TaskState, text } from '../../host/test/agent-server.ts'
import { maxQuestions } from '../src/executors/remote.ts'
import { answerOne } from './person.ts'
import { decided, type Played, type Stage, stage } from './stage.ts'

const { TASK_STATE_INPUT_REQUIRED: asks, TASK_STATE_COMPLETED: done, TASK_STATE_REJECTED: rejected } = TaskState

const on = (url: string) =>
  stage(`  agents: { allowEndpoints: [reviewer] }\nagents: { endpoints: { reviewer: "${url}" } }\n`)

const context = (ask = 'ask: { title: "The reviewer has a question", show: [lead] }', more = '') => `
orchestration: { entrypoint: lead, strategy: sequential }
executors:
  - { name: lead, type: agent, instructions: Name the subject. }
  - name: reviewer
    type: agent
    protocols: { agentOrchestration: { type: a2a } }
    ${ask}
${more}`
const turns = '\n  - { executor: lead, asked: { user: Begin. }, says: Ponies. }'
const none = ' []'

/** Runs it with a person there who gives these answers, one after the other; undefined is a no. */
async function answered(world: Stage, answers: readonly (string | undefined)[], written = context()) {
  const asked: Promise<Question | undefined>[] = []
  const played = await world.run({
    context: written,
    turns,
    waitMs: 20_000,
    onEvent: (event) => {
      if (event.kind === 'waiting') asked.push(answerOne(world, event.approval, answers[asked.length]))
    },
  })
  return { played, asked: await Promise.all(asked) }
}

const numbered = (round: number) => `question ${round}?`
const asksUntil =
  (enough: number, words = numbered) =>
  (task: AgentWork) => {
    const { round, status, artifact, text: said } = task
    if (round <= enough) return status(asks, words(round))
    artifact([text(`${said} it is`)])
    return status(done)
  }

const cancels = ({ heard }: { readonly heard: readonly string[] }) => heard.filter((one) => /cancel/i.test(one)).length

describe.each([
  { streaming: true, legacy: false },
  { streaming: false, legacy: true },
])('an agent elsewhere with a question, $streaming $legacy', (speaking) => {
  test('asks a person, who is shown its words as its words, and goes on with their answer', async () => {
    const server = await agentServer(asksUntil(1), speaking)
    const { played, asked } = await answered(on(server.url), ['the red one, [secret:dot.env:KEY]'])
    expect(played).toMatchObject({
      status: 'completed',
      output: 'the red one, [redacted: dot.env:KEY] it is',
      faults: [],
    })
    expect(asked).toEqual([
      {
        title: 'The reviewer has a question',
        show: { lead: 'Ponies.' },
        said: { by: 'reviewer', text: 'question 1?' },
        answer: { type: 'string', minLength: 1 },
      },
    ])
    expect(decided(played).filter((line) => line.startsWith('root/0'))).toEqual([
      'root/0:reviewer/ask:1 reviewer allow',
      'root/0:reviewer/ask:1 reviewer hold',
      'root/0:reviewer/delegate reviewer allow',
      'root/0:reviewer/delegate:1 reviewer allow',
    ])
    expect(new Set(server.told.map(({ task }) => task)).size).toBe(1)
    expect(cancels(server)).toBe(0)
  })
})

test.each([numbered, () => 'which one?'])(
  'an agent that asks twice is answered twice, in the same task: %s',
  async (words) => {
    const server = await agentServer(asksUntil(2, words))
    const { played, asked } = await answered(on(server.url), ['red', 'blue'])
    expect(played).toMatchObject({ status: 'completed', output: 'blue it is', faults: [] })
    expect(asked.map((one) => one?.said?.text)).toEqual([words(1), words(2)])
    expect(server.told.map(({ text: said }) => said).slice(1)).toEqual(['red', 'blue'])
    expect(new Set(server.told.map(({ task, context: of }) => `${task} ${of}`)).size).toBe(1)
  },
)

test('one that never has enough is stopped, and its task cancelled', async () => {
  const server = await agentServer(asksUntil(100))
  const { played, asked } = await answered(on(server.url), Array(maxQuestions).fill('red'))
  const message = expect.stringMatching(/`reviewer`: the agent was answered 5 times, and asks again: question 6\?/)
  expect(played).toMatchObject({ status: 'failed', failure: { code: 'run.agent-failed', message }, faults: [] })
  expect(asked).toHaveLength(maxQuestions)
  expect(server.told).toHaveLength(1 + maxQuestions)
  expect(cancels(server)).toBe(1)
})

test('a person who says no ends the run as denied, and the task is cancelled', async () => {
  const server = await agentServer(asksUntil(1))
  const { played } = await answered(on(server.url), [undefined])
  const message = expect.stringContaining('a person would not answer it')
  expect(played).toMatchObject({ status: 'denied', failure: { code: 'run.denied', message }, faults: [] })
  expect(decided(played)).toContain('root/0:reviewer/withdraw reviewer allow')
  expect(server.told).toHaveLength(1)
  expect(cancels(server)).toBe(1)
})

test('an agent that turns the task down after the answer has failed', async () => {
  const server = await agentServer(({ round, status }) =>
    round === 1 ? status(asks, 'red?') : status(rejected, 'not that one'),
  )
  const { played } = await answered(on(server.url), ['red'])
  const message = expect.stringContaining('rejected the task: not that one')
  expect(played).toMatchObject({ status: 'failed', failure: { code: 'run.agent-failed', message }, faults: [] })
})

test('without `ask` nobody is asked, and the failure says what would let a person answer', async () => {
  const server = await agentServer(asksUntil(1))
  const { played, asked } = await answered(on(server.url), [], context(''))
  expect(asked).toEqual([])
  expect(played.failure?.message).toMatch(
    /asks for input: question 1\? .*`ask: \{ title: \.\.\. \}` on executor `reviewer`/,
  )
  expect(played).toMatchObject({ status: 'failed', failure: { code: 'run.agent-failed' }, faults: [] })
  expect(cancels(server)).toBe(1)
})

test('a question in parts is shown as text: data as JSON, and of a file the name', async () => {
  const server = await agentServer(({ round, status, message }) =>
    round === 1 ? status(asks, [text('one of these?'), data({ colours: ['red'] })]) : message(text('fine')),
  )
  const { played, asked } = await answered(on(server.url), ['red'])
  expect(asked[0]?.said?.text).toBe('one of these?\n{\n  "colours": [\n    "red"\n  ]\n}')
  expect(played).toMatchObject({ status: 'completed', output: 'fine' })
})

test('what a person is to be shown has to be there before anything is delegated', async () => {
  const server = await agentServer(asksUntil(1))
  const written = context('ask: { title: Well?, show: [later] }', '  - { name: later, type: agent, instructions: x }\n')
  const { played } = await answered(on(server.url), [], written)
  expect(played).toMatchObject({ status: 'failed', failure: { code: 'run.requirement-missing' } })
  expect(server.heard).toEqual([])
})

const approvalsOf = ({ waiting = [] }: Played) => waiting.map(({ approval }) => approval)

test('a run that waits for the answer goes on in another process: nothing that was said is said again', async () => {
  const server = await agentServer(asksUntil(2))
  const world = on(server.url)
  const first = await world.run({ context: context(), turns })
  expect(first).toMatchObject({
    status: 'waiting',
    waiting: [{ executor: 'reviewer', target: 'reviewer' }],
    faults: [],
  })
  // Nobody has answered: it waits again, under the same approval, and the agent hears of nothing.
  expect(await world.resume(first.run, { turns: none })).toMatchObject({ status: 'waiting', waiting: first.waiting })
  await answerOne(world, approvalsOf(first)[0] ?? '', 'red')
  const second = await world.resume(first.run, { turns: none })
  expect(second).toMatchObject({ status: 'waiting', faults: [] })
  expect(server.told.map(({ text: said }) => said).slice(1)).toEqual(['red'])
  await answerOne(world, approvalsOf(second)[0] ?? '', 'blue')
  const third = await world.resume(first.run, { turns: none })
  expect(third).toMatchObject({ status: 'completed', output: 'blue it is', faults: [] })
  expect(server.told.map(({ text: said }) => said).slice(1)).toEqual(['red', 'blue'])
  expect(cancels(server)).toBe(0)
})

test('a run that is resumed does not repeat a delegation that is on record', async () => {
  const server = await agentServer(({ message }) => message(text('It is fine.')))
  const world = on(server.url)
  const person = '  - { name: person, type: human, ask: { title: Well?, show: [reviewer] } }\n'
  const first = await world.run({ context: context('', person), turns })
  expect(first).toMatchObject({ status: 'waiting', waiting: [{ target: 'person' }], faults: [] })
  const heard = server.heard.length
  await answerOne(world, approvalsOf(first)[0] ?? '', 'go')
  const second = await world.resume(first.run, { turns: none })
  expect(second).toMatchObject({ status: 'completed', output: 'go', faults: [] })
  expect(server.told).toHaveLength(1)
  expect(server.heard).toHaveLength(heard)
  expect(second.events).toContainEqual(expect.objectContaining({ step: 'agent', replayed: true, status: 'completed' }))
})
