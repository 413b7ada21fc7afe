import { expect, test } from 'vitest'
import { calls, event, modelServer, says } from '../../host/test/model-server.ts'
import { decided, stage } from './stage.ts'

/** An agent whose model is a real provider's, as far as HTTP goes. */
const agent = (more = '') => `orchestration: { entrypoint: agent, strategy: single }
executors:
  - { name: agent, type: agent, instructions: Answer.${more} }
`

test.each([
  ['HTML with status 200', 'text/html', '<html>sign in</html>', 'answered with `text/html`'],
  ['nothing at all', 'text/event-stream', '', 'broke off'],
  ['events that are no JSON', 'text/event-stream', 'data: {{{\n\n', 'broke off'],
  [
    'ten megabytes',
    'text/event-stream',
    event({ choices: [{ index: 0, delta: { content: 'x'.repeat(10_000_000) } }] }),
    'over 8000000 bytes',
  ],
])('a model that answers with %s fails its run, which says so, on record', async (_, type, text, words) => {
  const server = await modelServer((response) => {
    response.writeHead(200, { 'content-type': type })
    response.end(text)
  })
  const played = await stage('', server.url).run({ context: agent() })
  expect(played).toMatchObject({
    status: 'failed',
    failure: { code: 'run.model-failed', message: expect.stringContaining(words) },
    faults: [],
  })
  expect(server.heard).toHaveLength(1)
  const outcome = played.records.findLast(({ kind }) => kind === 'action.finished')
  expect(outcome).toMatchObject({
    body: { outcome: { status: 'failed', error: { message: expect.stringContaining(words) } } },
  })
  expect(JSON.stringify(played.records).length).toBeLessThan(20_000)
})

test('a stream that stops half way is no answer, whatever was shown of it', async () => {
  const server = await modelServer((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(event({ choices: [{ index: 0, delta: { content: 'It is' } }] }))
    response.socket?.end()
  })
  const played = await stage('', server.url).run({ context: agent() })
  expect(played).toMatchObject({ status: 'failed', failure: { code: 'run.model-failed' }, faults: [] })
  expect(played).not.toHaveProperty('output')
})

test('answers that are no JSON, or have the wrong shape, go back to the model twice, and then the run fails', async () => {
  const server = await modelServer(
    says('Certainly! Here you are.'),
    says('```json\n{"n": [1}\n```'),
    says('{"n":"two"}'),
  )
  const schema = '{ type: object, required: [n], properties: { n: { type: integer } } }'
  const played = await stage('', server.url).run({ context: agent(`, outputSchema: ${schema}`) })
  expect(played).toMatchObject({
    status: 'failed',
    failure: { code: 'run.output-wrong', message: expect.stringContaining('`/n` must be integer') },
    faults: [],
  })
  expect(server.heard).toHaveLength(3)
  expect(server.heard[2]?.body.messages.at(-1).content).toContain('it is no JSON')
})

test('names with tricks in them are no tools: each call is decided, denied and told in the same words', async () => {
  const name = 'files__read_text_file'
  const tricks = [
    name.replace('e', 'е'), // Cyrillic
    `${name} `,
    name.toUpperCase(),
    `${name}\u200b`,
    '__proto__',
    'constructor',
    'files__../read_text_file',
    'x'.repeat(10_000),
  ]
  const made = [name, ...tricks].map((one) => ({ name: one, arguments: '{"path":"note.txt"}' }))
  const server = await modelServer(calls(...made), says('Done.'))
  const on = stage('', server.url)
  on.file('note.txt', 'It is Monday.')
  const played = await on.run({
    context: agent(', policies: { toolAccess: { default: deny, allow: ["files:*"] } }'),
  })
  expect(played).toMatchObject({ status: 'completed', output: 'Done.', faults: [] })
  const effects = decided(played).filter((line) => line.includes('/call:'))
  expect(effects).toHaveLength(made.length)
  expect(effects.filter((line) => line.endsWith(' allow'))).toHaveLength(1)
  const told = server.heard[1]?.body.messages.filter(({ role }: { role: string }) => role === 'tool')
  expect(told).toHaveLength(made.length)
  expect(told[0].content).toContain('It is Monday.')
  for (const { content } of told.slice(1)) expect(content).toContain('there is no tool of this name that you may call')
})

test('a model that calls for ever is stopped by its budget of denials', async () => {
  const server = await modelServer(calls({ name: 'rm_rf', arguments: '{}' }, { name: 'sudo', arguments: '{"' }))
  const played = await stage('', server.url).run({ context: agent(', policies: { budgets: { maxDenials: 5 } }') })
  expect(played).toMatchObject({ status: 'denied', failure: { code: 'run.denied' }, faults: [] })
  expect(played.failure?.message).toContain('too many calls were denied')
  expect(server.heard.length).toBeLessThanOrEqual(4)
})

test('a model that does not answer is left when the executor’s time is over, and its provider sees that', async () => {
  let left: () => void = () => {}
  const isLeft = new Promise<void>((resolve) => {
    left = resolve
  })
  const server = await modelServer((response) => {
    response.on('close', left)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(event({ choices: [{ index: 0, delta: { content: 'Hm' } }] }))
  })
  const started = performance.now()
  const played = await stage('', server.url).run({
    context: agent(', policies: { budgets: { maxRuntimeSeconds: 1 } }'),
  })
  await isLeft
  expect(played).toMatchObject({ status: 'failed', failure: { code: 'run.model-failed' }, faults: [] })
  expect(played.failure?.message).toMatch(/did not answer within \d+ ms/)
  expect(performance.now() - started).toBeGreaterThanOrEqual(1_000)
})
