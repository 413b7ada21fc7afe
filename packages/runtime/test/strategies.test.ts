import { expect, test } from 'vitest'
import { decided, stage } from './stage.ts'

const agent = (name: string, more = '') =>
  `  - { name: ${name}, type: agent, instructions: "You are ${name}."${more} }\n`
const flat = (strategy: string, executors: string, more = '') =>
  `orchestration: { entrypoint: lead, strategy: ${strategy}${more} }
schemas:
  Report: { type: object, required: [text], properties: { text: { type: string } } }
executors:
${executors}`
const report = ', outputSchemaRef: "#/schemas/Report"'
const asked = (executor: string, has: string, says: string) =>
  `\n  - { executor: ${executor}, asked: { user: { has: ${JSON.stringify([has])} } }, says: ${JSON.stringify(says)} }`
const plan = (...delegate: readonly { executor: string; task: string }[]) => JSON.stringify({ delegate })

test('sequential: the entry point, then the children as written, each with the outputs before it; the last is the result', async () => {
  const played = await stage().run({
    context: flat('sequential', agent('lead') + agent('draft') + agent('polish')),
    turns:
      asked('lead', 'Begin.', 'a topic') +
      asked('draft', 'a topic', 'a draft') +
      asked('polish', 'a draft', 'the text'),
  })
  expect(played).toMatchObject({ status: 'completed', output: 'the text', faults: [] })
  expect(decided(played)).toEqual([
    'root/0:draft/turn:0 local/m allow',
    'root/1:polish/turn:0 local/m allow',
    'root/turn:0 local/m allow',
  ])
})

test('sequential: `produces` names whose output is the result', async () => {
  const played = await stage().run({
    context: flat('sequential', agent('lead') + agent('draft', report) + agent('check'), ', produces: Report'),
    turns: asked('lead', 'Begin.', 'go') + asked('draft', 'go', '{"text":"it"}') + asked('check', 'it', 'fine'),
  })
  expect(played).toMatchObject({ status: 'completed', output: { text: 'it' } })
})

test('delegate: each named child runs with its task, in the order of the plan; then the merger, which makes the result', async () => {
  const played = await stage().run({
    context: flat('delegate', agent('lead') + agent('a') + agent('b') + agent('merger', report), ', produces: Report'),
    turns:
      asked('lead', 'Begin.', plan({ executor: 'b', task: 'look' }, { executor: 'a', task: 'count' })) +
      asked('b', 'Task: look', 'seen') +
      asked('a', 'Task: count', 'three') +
      asked('merger', 'three', '{"text":"seen three"}'),
  })
  expect(played).toMatchObject({ status: 'completed', output: { text: 'seen three' }, faults: [] })
  const started = played.events.flatMap((event) => (event.kind === 'executor-started' ? [event.executor] : []))
  expect(started).toEqual(['lead', 'b', 'a', 'merger'])
  expect(played.records.find(({ kind }) => kind === 'plan.made')).toMatchObject({ body: { executor: 'lead' } })
})

test('delegate without a merger gives the outputs back to the entry point', async () => {
  const played = await stage().run({
    context: flat('delegate', agent('lead') + agent('a')),
    turns:
      asked('lead', 'Begin.', plan({ executor: 'a', task: 'count' })) +
      asked('a', 'count', 'three') +
      asked('lead', 'three', 'There are three.'),
  })
  expect(played).toMatchObject({ status: 'completed', output: 'There are three.' })
})

test('swarm: all children at the same time; with no merger the result is their outputs by name', async () => {
  const played = await stage().run({
    context: flat('swarm', agent('lead') + agent('a') + agent('b')),
    turns: asked('lead', 'Begin.', 'the text') + asked('a', 'the text', 'one') + asked('b', 'the text', 'two'),
  })
  expect(played).toMatchObject({ status: 'completed', output: { a: 'one', b: 'two' }, faults: [] })
  const order = played.events.map((event) => ('executor' in event ? `${event.kind} ${event.executor}` : ''))
  expect(order.indexOf('executor-started b')).toBeLessThan(order.indexOf('executor-finished a'))
})

test('a tree: an orchestrator below runs its own strategy', async () => {
  const played = await stage().run({
    context: `orchestrator:
  name: lead
  type: agent
  strategy: sequential
  executors: [{ name: first, type: agent, instructions: go }]
  orchestrators:
    - { name: sub, type: agent, strategy: swarm, executors: [{ name: x, type: agent, instructions: go }, { name: y, type: agent, instructions: go }] }
`,
    turns: asked('first', 'Begin.', 'found') + asked('x', 'found', '1') + asked('y', 'found', '2'),
  })
  expect(played).toMatchObject({ status: 'completed', output: { x: '1', y: '2' } })
})

test('a tool executor calls without a model; expressions keep their types and reach outputs', async () => {
  const on = stage()
  const path = on.file('n.json', '{"list":[1,2]}')
  const played = await on.run({
    context: `inputs: { path: { type: string, default: ${path} }, head: { type: integer, default: 1 } }
orchestration: { entrypoint: lead, strategy: sequential }
executors:
  - name: lead
    type: tool
    tool: { call: "files:read_text_file", args: { path: "\${inputs.path}", head: "\${inputs.head}" } }
    policies: { toolAccess: { default: deny, allow: ["files:*"] } }
  - { name: teller, type: agent, instructions: Tell. }
`,
    turns: asked('teller', 'list', 'One and two.'),
  })
  expect(played).toMatchObject({ status: 'completed', output: 'One and two.', faults: [] })
  const [call] = played.records.filter((record) => record.kind === 'action.decided')
  expect(call).toMatchObject({ body: { action: { arguments: { path, head: 1 }, origin: 'engine' } } })
})

test('focus mounts select from the plan, one call for each item', async () => {
  const on = stage()
  const paths = ['a', 'b', 'c'].map((name) => on.file(`${name}.txt`, `text ${name}`))
  const planned = JSON.stringify({ delegate: [{ executor: 'reader', task: 'read' }], files: paths })
  const played = await on.run({
    context: flat(
      'delegate',
      `${agent('lead')}  - name: reader
    type: agent
    instructions: Read.
    policies: { toolAccess: { default: deny, allow: ["files:read_text_file"] } }
    mounts:
      - { name: picked, stage: focus, when: { selectorFrom: plan.files, maxSelected: 2 }, from: { server: files, tool: read_text_file, args: { path: "\${item}" } } }
`,
    ),
    turns: asked('lead', 'Begin.', planned) + asked('reader', 'text b', 'read') + asked('lead', 'read', 'Done.'),
  })
  expect(played).toMatchObject({ status: 'completed', output: 'Done.', faults: [] })
  expect(decided(played).filter((line) => line.includes('mount:'))).toEqual([
    'root/0:reader/mount:picked/0 files:read_text_file allow',
    'root/0:reader/mount:picked/1 files:read_text_file allow',
  ])
})

test.each([
  ['an executor that is not there', plan({ executor: 'aa', task: 'x' }), 'nearest is `a`'],
  ['itself', plan({ executor: 'lead', task: 'x' }), 'delegates to itself'],
  ['more than it may', plan(...Array(3).fill({ executor: 'a', task: 'x' })), '`maxDelegations`'],
  ['nobody: no plan at all', 'I will think about it', 'holds no `delegate`'],
])('a plan that names %s fails the run', async (_, says, words) => {
  const played = await stage().run({
    context: flat('delegate', agent('lead') + agent('a'), ', defaults: { maxDelegations: 2 }'),
    turns: asked('lead', 'Begin.', says),
  })
  expect(played).toMatchObject({
    status: 'failed',
    failure: { code: 'run.plan-wrong', message: expect.stringContaining(words) },
  })
})

test.each([
  ['a required child that fails', '', { status: 'failed', failure: { code: 'run.output-missing' } }],
  ['an optional one is spared', ', optional: true', { status: 'completed', output: { b: 'two' } }],
])('%s', async (_, more, expected) => {
  const played = await stage().run({
    context: flat('swarm', agent('lead') + agent('a', more) + agent('b')),
    turns: asked('lead', 'Begin.', 'go') + asked('a', 'go', ' ') + asked('b', 'go', 'two'),
  })
  expect(played).toMatchObject(expected)
})

test('a required output that nobody made fails the run', async () => {
  const played = await stage().run({
    context: flat('delegate', agent('lead') + agent('a', report) + agent('b'), ', requires: [Report]'),
    turns: asked('lead', 'Begin.', plan({ executor: 'b', task: 'x' })) + asked('b', 'x', 'y') + asked('lead', 'y', 'z'),
  })
  expect(played).toMatchObject({ status: 'failed', failure: { code: 'run.requirement-missing' } })
})

test('a run that takes longer than it may is over', async () => {
  const on = stage()
  const path = on.file('note.txt', 'hello')
  const played = await on.run({
    context: flat(
      'single',
      `  - name: lead
    type: agent
    instructions: Read.
    policies: { toolAccess: { default: deny, allow: ["files:*"] } }
`,
      ', defaults: { timeoutMs: 1 }',
    ),
    turns: `\n  - { executor: lead, asked: { user: Begin. }, calls: [{ tool: "files:read_text_file", arguments: { path: ${path} } }] }`,
  })
  expect(played).toMatchObject({ status: 'failed', failure: { code: 'run.timeout' }, faults: [] })
})

test('two runs of one Context on one recording give the same actions and outcomes by key', async () => {
  const on = stage()
  const path = on.file('note.txt', 'hello')
  const options = {
    context: flat(
      'swarm',
      `${agent('lead')}${agent('a', ', policies: { toolAccess: { default: deny, allow: ["files:*"] } }')}${agent('b')}`,
    ),
    turns:
      asked('lead', 'Begin.', 'go') +
      asked('b', 'go', 'two') +
      `\n  - { executor: a, asked: { user: { has: [go] } }, calls: [{ tool: "files:read_text_file", arguments: { path: ${path} } }] }` +
      '\n  - { executor: a, asked: { results: [{ tool: "files:read_text_file" }] }, says: one }',
  }
  const [first, second] = [await on.run(options), await on.run(options)]
  const facts = ({ records }: typeof first) => {
    const keys = new Map<string, string>()
    return records
      .flatMap((record) => {
        if (record.kind === 'action.decided') {
          const { action, decision } = record.body
          keys.set(action.id, action.key)
          return [`${action.key} ${action.digest} ${decision.effect}`]
        }
        if (record.kind !== 'action.finished') return []
        const { durationMs: _, ...outcome } = record.body.outcome
        return [`${keys.get(record.body.action)} ${JSON.stringify(outcome)}`]
      })
      .sort()
  }
  expect(facts(second)).toEqual(facts(first))
})
