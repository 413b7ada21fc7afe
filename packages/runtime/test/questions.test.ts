import { expect, test } from 'vitest'
import { person } from './person.ts'
import { decided, stage } from './stage.ts'

const context = `
schemas:
  Verdict: { type: object, required: [go], properties: { go: { type: boolean }, why: { type: string } } }
orchestration: { entrypoint: writer, strategy: sequential }
executors:
  - { name: writer, type: agent, instructions: Write. }
  - name: review
    type: human
    ask: { title: "Shall it go out?", show: [writer] }
    outputSchemaRef: "#/schemas/Verdict"
  - { name: teller, type: agent, instructions: Tell. }
`
const turns = `
  - { executor: writer, asked: { user: Begin. }, says: "A draft with [secret:dot.env:KEY] in it." }
  - { executor: teller, asked: { user: { has: ["not before Monday"] } }, says: "It waits." }
`

test('a person is shown the outputs before them, and their answer is the output', async () => {
  const on = stage()
  const ada = person(on, { go: false, why: 'not before Monday' })
  const played = await on.run({
    context,
    turns,
    waitMs: 20_000,
    onEvent: (event) => {
      if (event.kind === 'waiting') ada.answer(event.approval)
    },
  })
  expect(played).toMatchObject({ status: 'completed', output: 'It waits.', faults: [] })
  expect(await ada.said).toEqual({
    title: 'Shall it go out?',
    show: { writer: 'A draft with [redacted: dot.env:KEY] in it.' },
    answer: { type: 'object', required: ['go'], properties: { go: { type: 'boolean' }, why: { type: 'string' } } },
  })
  expect(decided(played).filter((line) => line.includes('/ask'))).toEqual([
    'root/0:review/ask review allow',
    'root/0:review/ask review hold',
  ])
})

test('a person who says no ends the run as denied', async () => {
  const on = stage()
  const ada = person(on, undefined)
  const played = await on.run({
    context,
    turns,
    waitMs: 20_000,
    onEvent: (event) => {
      if (event.kind === 'waiting') ada.answer(event.approval)
    },
  })
  expect(played).toMatchObject({
    status: 'denied',
    failure: { code: 'run.denied', message: expect.stringContaining('a person would not answer it') },
  })
})

test('where nobody answers the run waits, and says what for', async () => {
  const played = await stage().run({ context, turns })
  const message = expect.stringMatching(/executor `review`: ECP asks a person about `review`.*`ecp approvals answer /)
  expect(played).toMatchObject({ status: 'waiting', failure: { code: 'run.waiting', message } })
})

test('a question about an output that is not there yet fails the run', async () => {
  const later = context.replace('show: [writer]', 'show: [teller]')
  const played = await stage().run({ context: later, turns })
  expect(played).toMatchObject({
    status: 'failed',
    failure: { code: 'run.requirement-missing', message: expect.stringContaining('`teller` has to run before it') },
  })
})
