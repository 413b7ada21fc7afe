import { expect, test } from 'vitest'
import { decided, stage } from './stage.ts'

const asked = (executor: string, has: string, says: string) =>
  `\n  - { executor: ${executor}, asked: { user: { has: ${JSON.stringify([has])} } }, says: ${JSON.stringify(says)} }`
const plan = (...delegate: readonly object[]) => JSON.stringify({ delegate })
const flat = (strategy: string, executors: string, more = '') =>
  `orchestration: { entrypoint: lead, strategy: ${strategy} }\n${more}executors:\n${executors}`
const agent = (name: string, more = '') =>
  `  - { name: ${name}, type: agent, instructions: "You are ${name}."${more} }\n`

const task = '{ type: object, required: [task], properties: { task: { type: string, maxLength: 5 } } }'

test.each([
  ['fits', 'count', { status: 'completed', output: 'Done.' }],
  [
    'does not fit',
    'count them all',
    {
      status: 'failed',
      failure: {
        code: 'run.input-wrong',
        message: 'executor `a`: its input does not fit: `/task` must fit `maxLength`',
      },
    },
  ],
])('the task of a plan is part of an executor’s input; one that %s its schema', async (_, given, expected) => {
  const played = await stage().run({
    context: flat('delegate', agent('lead') + agent('a', `, inputSchema: ${task}`)),
    turns:
      asked('lead', 'Begin.', plan({ executor: 'a', task: given })) +
      asked('a', 'count', 'three') +
      asked('lead', 'three', 'Done.'),
  })
  expect(played).toMatchObject({ ...expected, faults: [] })
})

test('an input is wrong before any mount, model or tool of its executor', async () => {
  const schema = '{ type: object, properties: { place: { enum: [here] } } }'
  const mount = '{ name: m, stage: seed, from: { server: files, tool: list_directory, args: { path: / } } }'
  const played = await stage().run({
    context: flat(
      'single',
      agent('lead', `, inputSchemaRef: "#/schemas/Place", mounts: [${mount}]`),
      `inputs: { place: { type: string, default: there } }\nschemas: { Place: ${schema} }\n`,
    ),
    turns: asked('lead', 'Begin.', 'Done.'),
  })
  expect(played).toMatchObject({ status: 'failed', failure: { code: 'run.input-wrong' } })
  expect(decided(played)).toEqual([])
})

test('outputs that a strategy gives are part of an input, by executor; inputs that it does not declare are none of it', async () => {
  const schema = `{ type: object, additionalProperties: false, required: [own, outputs],
      properties: { own: { type: string }, outputs: { type: object, required: [lead], properties: { lead: { const: go } } } } }`
  const played = await stage().run({
    context: flat(
      'sequential',
      agent('lead') + agent('a', `, inputs: { own: { type: string } }, inputSchema: ${schema}`),
      'inputs: { own: { type: string, default: x }, other: { type: string, default: y } }\n',
    ),
    turns: asked('lead', 'other', 'go') + asked('a', 'go', 'gone'),
  })
  expect(played).toMatchObject({ status: 'completed', output: 'gone' })
})

test('an executor’s arguments can name only outputs that its strategy gives it, and the plan by which it runs', async () => {
  const mount = (name: string) =>
    `, mounts: [{ name: m, stage: seed, from: { server: files, tool: read_text_file, args: { path: "\${outputs.${name}}" } } }]`
  const context = (of: string) => flat('delegate', agent('lead') + agent('a') + agent('b', mount(of)))
  const turns =
    asked(
      'lead',
      'Begin.',
      JSON.stringify({
        ...JSON.parse(plan({ executor: 'a', task: 'x' }, { executor: 'b', task: 'y' })),
        file: '/etc/hosts',
      }),
    ) + asked('a', 'x', '/etc/passwd')
  const sibling = await stage().run({ context: context('a'), turns })
  expect(sibling).toMatchObject({
    status: 'failed',
    failure: { code: 'run.mount-failed', message: expect.stringMatching(/outputs\.a\}` has no value/) },
  })
  expect(decided(sibling).join()).not.toContain('files:')
  const planned = await stage().run({ context: context('lead.file'), turns })
  const call = planned.records.find(
    (record) => record.kind === 'action.decided' && record.body.action.kind === 'tool.call',
  )
  expect(call).toMatchObject({ body: { action: { arguments: { path: '/etc/hosts' } }, decision: { effect: 'deny' } } })
})

const two = `schemas:
  Item: { type: object, required: [id], properties: { id: { type: integer } } }
  List: { type: array, items: { $ref: "#/schemas/Item" } }
`
const made = (outputs: string) => ({
  context: flat(
    'sequential',
    agent('lead', ', outputSchemaRef: "#/schemas/List"') + agent('a'),
    `outputs: [${outputs}]\n${two}`,
  ),
  turns: asked('lead', 'Begin.', '[{"id":1}]') + asked('a', '1', 'One item.'),
})

test.each([
  ['one, of a schema: what an executor gave of it', '{ name: items, fromSchema: "#/schemas/List" }', [{ id: 1 }]],
  [
    'several: each by its name',
    '{ name: items, fromSchema: "#/schemas/List" }, { name: text, schema: { type: string } }, { name: same }',
    { items: [{ id: 1 }], text: 'One item.', same: 'One item.' },
  ],
])('what a run emits where its Context declares outputs: %s', async (_, outputs, output) => {
  const played = await stage().run(made(outputs))
  expect(played).toMatchObject({ status: 'completed', output, faults: [] })
  expect(played.records.at(-1)).toMatchObject({ kind: 'run.ended', body: { output } })
})

test.each([
  [
    'a schema that nobody gave',
    '{ name: x, fromSchema: "#/schemas/Item" }',
    'run.output-missing',
    'no executor has it',
  ],
  [
    'a result that does not fit',
    '{ name: x, schema: { type: object } }',
    'run.output-wrong',
    'the output must be object',
  ],
])('an output that the run cannot emit fails it: %s', async (_, outputs, code, words) => {
  const played = await stage().run(made(outputs))
  expect(played).toMatchObject({ status: 'failed', failure: { code, message: expect.stringContaining(words) } })
})

test('schemas refer to each other, and an output is held against what they say together', async () => {
  const { context } = made('{ name: items, fromSchema: "#/schemas/List" }')
  const wrong = '[{"id":"one"}]'
  const played = await stage().run({
    context,
    turns:
      asked('lead', 'Begin.', wrong) + asked('lead', '`/0/id` must be integer', '[{"id":1}]') + asked('a', '1', 'One.'),
  })
  expect(played).toMatchObject({ status: 'completed', output: [{ id: 1 }] })
})

test.each([
  ['an output that is to be sent somewhere', 'outputs: [{ name: mail, destination: "smtp://x" }]\n', '', '`mail`'],
  [
    'an output that is to become an action',
    'outputs: [{ name: ticket, actionMapping: { call: "a:b" } }]\n',
    '',
    '`ticket`',
  ],
  ['the same of an executor', '', ', outputs: [{ name: note, destination: somewhere }]', '`note`'],
  [
    'an entry point that is a plugin of the host',
    'plugins: { version: "1", executors: [{ name: lead, kind: executor, type: builtin, version: "1" }] }\n',
    'tool',
    'executor plugins (executor `lead`)',
  ],
])('%s is refused by name, before anything starts', async (_, root, executor, words) => {
  const lead = executor === 'tool' ? '  - { name: lead, type: tool }\n' : agent('lead', executor)
  const running = stage().run({ context: flat('single', lead, root), turns: asked('lead', 'Begin.', 'Done.') })
  await expect(running).rejects.toMatchObject({ code: 'run.unsupported', message: expect.stringContaining(words) })
})
