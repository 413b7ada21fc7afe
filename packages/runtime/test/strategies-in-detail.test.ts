import { expect, test } from 'vitest'
import { decided, stage } from './stage.ts'

const agent = (name: string, more = '') =>
  `  - { name: ${name}, type: agent, instructions: "You are ${name}."${more} }\n`
const report = ', outputSchemaRef: "#/schemas/Report"'
const flat = (strategy: string, executors: string, more = '') =>
  `orchestration: { entrypoint: lead, strategy: ${strategy}${more} }
schemas: { Report: { type: object, required: [text], properties: { text: { type: string } } } }
executors:\n${executors}`
const asked = (executor: string, has: readonly string[], says: string) =>
  `\n  - { executor: ${executor}, asked: { user: { has: ${JSON.stringify(has)} } }, says: ${JSON.stringify(says)} }`

test('single: the entry point alone, whoever else stands there; its mounts of every stage hydrate, selectors without a plan are empty', async () => {
  const on = stage()
  const path = on.file('n.txt', 'It is Monday.')
  const from = `from: { server: files, tool: read_text_file, args: { path: ${path} } }`
  const played = await on.run({
    context: flat(
      'single',
      `  - name: lead
    type: agent
    instructions: Tell.
    policies: { toolAccess: { default: deny, allow: ["files:read_text_file"] } }
    mounts:
      - { name: one, stage: seed, ${from} }
      - { name: two, stage: focus, ${from} }
      - { name: three, stage: deep, title: "The third", ${from} }
      - { name: four, stage: focus, when: { selectorFrom: plan.files }, ${from} }
${agent('other')}`,
    ),
    turns: asked('lead', ['name="one"', 'name="two"', 'name="The third"', 'There is nothing in `four`.'], 'Monday.'),
  })
  expect(played).toMatchObject({ status: 'completed', output: 'Monday.', faults: [] })
  const calls = decided(played).filter((line) => line.includes('mount:'))
  expect(calls).toHaveLength(3)
})

test('sequential: an optional child that fails is passed over, and those after it do not see it', async () => {
  const played = await stage().run({
    context: flat('sequential', agent('lead') + agent('a', ', optional: true') + agent('b')),
    turns: asked('lead', ['Begin.'], 'go') + asked('a', ['go'], ' ') + asked('b', ['go'], 'end'),
  })
  expect(played).toMatchObject({ status: 'completed', output: 'end' })
})

test('delegate: hints reach the child, one that is named twice runs twice, and children do not see each other', async () => {
  const delegate = [
    { executor: 'a', task: 'first', hints: { look: 'left' } },
    { executor: 'a', task: 'second' },
  ]
  const played = await stage().run({
    context: flat('delegate', agent('lead') + agent('a')),
    turns:
      asked('lead', ['Begin.'], JSON.stringify({ delegate })) +
      asked('a', ['Task: first', '"look": "left"'], 'one') +
      '\n  - { executor: a, asked: { user: "Task: second" }, says: two }' +
      asked('lead', ['output of a', 'one', 'output of a (2)', 'two'], 'Both.'),
  })
  expect(played).toMatchObject({ status: 'completed', output: 'Both.', faults: [] })
})

test.each(['delegate', 'swarm'])(
  '%s: the merger is none of those before it, gets all prior outputs, and may not be named by a plan',
  async (strategy) => {
    const context = flat(strategy, agent('lead') + agent('merger', report) + agent('a'), ', produces: Report')
    const turns = (executor: string) =>
      asked('lead', ['Begin.'], JSON.stringify({ delegate: [{ executor, task: 'count' }] })) +
      asked('a', ['count'], 'three') +
      asked('merger', ['`__prior_outputs`', 'output of lead', 'output of a', 'three'], '{"text":"3"}')
    const played = await stage().run({ context, turns: turns('a') })
    expect(played).toMatchObject({ status: 'completed', output: { text: '3' }, faults: [] })
    const named = await stage().run({ context, turns: turns('merger') })
    expect(named).toMatchObject({ status: 'failed', failure: { code: 'run.plan-wrong' } })
  },
)

test('swarm: with a plan only the named children run, with their tasks, and do not get it as data', async () => {
  const played = await stage().run({
    context: flat('swarm', agent('lead') + agent('a') + agent('b') + agent('c')),
    turns:
      asked(
        'lead',
        ['Begin.'],
        JSON.stringify({
          delegate: [
            { executor: 'c', task: 'x' },
            { executor: 'a', task: 'y' },
          ],
        }),
      ) +
      '\n  - { executor: c, asked: { user: "Task: x" }, says: "1" }\n  - { executor: a, asked: { user: "Task: y" }, says: "2" }',
  })
  expect(played).toMatchObject({ status: 'completed', output: { c: '1', a: '2' } })
  expect(Object.keys(Object(played.output))).toEqual(['c', 'a'])
})

test('swarm: no more at the same time than `maxExecutors`, and the first required child that fails ends what has not begun', async () => {
  const children = ['a', 'b', 'c', 'd']
  const context = flat(
    'swarm',
    agent('lead') + children.map((name) => agent(name)).join(''),
    ', defaults: { maxExecutors: 2 }',
  )
  const turns = (last: string) =>
    asked('lead', ['Begin.'], 'go') + children.map((name) => asked(name, ['go'], last)).join('')
  const played = await stage().run({ context, turns: turns('done') })
  expect(played).toMatchObject({ status: 'completed' })
  let running = 0
  let most = 0
  for (const event of played.events) {
    if (!('path' in event) || event.path === 'root') continue
    running += event.kind === 'executor-started' ? 1 : -1
    most = Math.max(most, running)
  }
  expect(most).toBe(2)
  const failed = await stage().run({ context, turns: turns(' ') })
  expect(failed).toMatchObject({ status: 'failed', failure: { code: 'run.output-missing' } })
  const begun = failed.events.flatMap((event) => (event.kind === 'executor-started' ? [event.executor] : []))
  expect(begun).toEqual(['lead', 'a', 'b'])
})

test('where both forms stand, the orchestrator is the entry point, and the strategy that of the orchestration', async () => {
  const played = await stage().run({
    context: `orchestration: { entrypoint: lead, strategy: sequential, requires: [Report] }
schemas: { Report: { type: object } }
orchestrator:
  name: lead
  type: agent
  strategy: swarm
  executors: [{ name: a, type: agent, instructions: go }]
executors: [{ name: b, type: agent, instructions: go, outputSchemaRef: "#/schemas/Report" }]
`,
    turns: asked('a', ['Begin.'], 'one') + asked('b', ['one'], '{"text":"two"}'),
  })
  expect(played).toMatchObject({ status: 'completed', output: { text: 'two' } })
})
