import { readFileSync, writeFileSync } from 'node:fs'
import { type Approval, openSqliteLedger } from '@ecp/ledger'
import type { ApprovalAnswered, Json } from '@ecp/protocol'
import { expect, test } from 'vitest'
import { answerChallenge, type Host, newAnswer, questionOf, signAnswer, writeAnswer } from '../src/index.ts'
import { opened, say } from './answers.ts'
import { authenticator } from './authenticator.ts'
import { type Boundary, boundary, faultsOf, recordsOf } from './boundary.ts'
import { approvers, type Person, person } from './people.ts'

const schema = {
  type: 'object',
  required: ['go'],
  properties: { go: { type: 'boolean' } },
  additionalProperties: false,
}

/** A boundary whose entry point asks a person. `ask`: more of its question, in YAML. */
function asking(ask = '', more = ''): Boundary {
  const world = boundary({ more })
  const context = readFileSync(world.context, 'utf8')
  writeFileSync(
    world.context,
    `${context.replace('entrypoint: agent', 'entrypoint: review')}  - { name: review, type: human, ask: { title: "Shall it go?"${ask} } }\n`,
  )
  return world
}

const question = (answer: Json | undefined = schema, title = 'Shall it go?') =>
  ({
    kind: 'human.ask',
    target: 'review',
    arguments: { title, show: { agent: 'the draft' }, ...(answer === undefined ? {} : { answer }) },
    executor: 'review',
    origin: 'engine',
    key: 'root/0:review/ask',
  }) as const

async function ask(host: Host, about = question()): Promise<string> {
  const { decision, outcome, waiting, result } = await host.gate.perform(about)
  expect(decision.reasons.map(({ code }) => code)).toEqual(['question.unanswered', 'context.question-allowed'])
  expect({ effect: decision.effect, status: outcome.status, result }).toEqual({ effect: 'hold', status: 'pending' })
  return String(waiting)
}

/** An answer as whoever can write to the ledger can give it: nothing is looked at. */
async function reply(world: Boundary, id: string, value: Json, by?: Person, over: Partial<ApprovalAnswered> = {}) {
  const ledger = openSqliteLedger({ file: world.ledgerFile })
  try {
    const approval = found(ledger.approval(id))
    const said = newAnswer(approval, 'approve', by?.name ?? 'tester', Date.now(), { value })
    const proof = by ? signAnswer(approval, said, by.key) : ({ kind: 'unsigned' } as const)
    return await ledger.answerApproval(Date.now(), { approval: id, ...said, proof, ...over })
  } finally {
    ledger.close()
  }
}

function found(approval: Approval | undefined): Approval {
  if (!approval) throw new TypeError('what was asked waits')
  return approval
}

test('a question waits, over restarts, for a value, which is what comes of the action, once', async () => {
  const world = asking(', expiresAfter: 3d')
  const first = await opened(world)
  const id = await ask(first)
  expect(await ask(first)).toBe(id)
  const approval = found(first.ledger.approval(id))
  expect(approval).toMatchObject({
    kind: 'question',
    state: 'pending',
    terms: { expiresAfter: 3 * 86_400_000, quorum: 1 },
  })
  expect(questionOf(first.ledger, approval)).toMatchObject({ title: 'Shall it go?', show: { agent: 'the draft' } })
  await first.close()
  await reply(world, id, { go: true })

  const host = await opened(world)
  const answered = await host.gate.perform(question())
  expect(answered.result).toEqual({ answer: { go: true }, by: 'tester' })
  expect(answered.decision.reasons.map(({ code }) => code)).toEqual(['context.question-allowed', 'question.answered'])
  expect(host.ledger.approval(id)).toMatchObject({ state: 'used', usedBy: answered.actionId })
  expect(await ask(host)).not.toBe(id)
  const ledger = world.ledger()
  expect(faultsOf(ledger)).toEqual([])
  const outcomes = recordsOf(ledger).flatMap((one) => (one.kind === 'action.finished' ? [one.body.outcome] : []))
  expect(outcomes).toMatchObject([{ status: 'completed', result: { answer: { go: true }, by: 'tester' } }])
  ledger.close()
})

test('whoever waits goes on with the answer as it comes, and a refusal is a deny', async () => {
  const world = asking()
  const host = await opened(world)
  let told: Promise<unknown> = Promise.resolve()
  const onWaiting = (id: string) => {
    told = reply(world, id, { go: false })
  }
  const answer = await host.gate.perform(question(), { hold: { waitMs: 20_000, onWaiting } })
  await told
  expect(answer.result).toEqual({ answer: { go: false }, by: 'tester' })
  const other = question(schema, 'And this?')
  await say(world, await ask(host, other), 'deny')
  const refused = await host.gate.perform(other)
  expect(refused.decision.effect).toBe('deny')
  expect(refused.decision.reasons.map(({ code }) => code)).toContain('question.refused')
})

test.each<[what: string, value: Json]>([
  ['is of another shape', 'yes'],
  ['lacks what it must have', {}],
  ['has more than it may', { go: true, and: 'more' }],
])('a value that %s is no answer, however it came into the ledger', async (_, value) => {
  const world = asking()
  const host = await opened(world)
  const id = await ask(host)
  const desk = { ledger: host.ledger, approvers: new Map(), now: Date.now }
  const approval = found(host.ledger.approval(id))
  const said = newAnswer(approval, 'approve', 'tester', Date.now(), { value })
  const written = writeAnswer(desk, approval, said, { kind: 'unsigned' })
  await expect(written).rejects.toThrow(/does not answer the question: /)
  expect(host.ledger.approval(id)?.answers).toEqual([])
  await reply(world, id, value)
  expect(await ask(host)).toBe(id)
})

test('an answer without a value, and a held action with one, are refused', async () => {
  const world = asking()
  const host = await opened(world)
  const approval = found(host.ledger.approval(await ask(host)))
  const desk = { ledger: host.ledger, approvers: new Map(), now: Date.now }
  const write = (answer: 'approve' | 'deny', value?: Json, to: Approval = approval) =>
    writeAnswer(desk, to, newAnswer(to, answer, 'tester', Date.now(), value === undefined ? {} : { value }), {
      kind: 'unsigned',
    })
  await expect(write('approve')).rejects.toThrow('answer it with a value, or deny it')
  await expect(write('deny', { go: true })).rejects.toThrow('a refusal has no value')
  await expect(write('approve', { go: true }, { ...approval, kind: 'hold' })).rejects.toThrow('it is no question')
  expect(await write('approve', { go: true })).toMatchObject({ state: 'approved', answers: [{ worth: 'counts' }] })
  const now = found(host.ledger.approval(approval.approval))
  await expect(write('approve', { go: false }, now)).rejects.toThrow('answered already')
  expect((await host.gate.perform(question())).result).toMatchObject({ answer: { go: true } })
})

test('with approvers only the assignee answers, and what was signed is what counts', async () => {
  const [ada, eve] = [person('ada'), person('eve')]
  const world = asking(', assignee: ada', approvers([ada, { ...eve, name: 'eve' }], 'others'))
  const host = await opened(world)
  const id = await ask(host)
  expect(host.ledger.approval(id)?.terms.approvers).toEqual(['ada'])
  const go = { go: true }
  // Unsigned; by another approver; with another key; of an answer whose value was changed, or put in, after it was signed.
  await reply(world, id, go)
  await reply(world, id, go, eve)
  await reply(world, id, go, { ...eve, name: 'ada' })
  await reply(world, id, { go: false }, ada, { value: go })
  await say(world, id, 'approve', ada, { value: go })
  expect(await ask(host)).toBe(id)
  // A genuine one, for another question.
  const other = await ask(host, question(schema, 'And this?'))
  const { answers } = await reply(world, other, go, ada)
  const { at: _, ...genuine } =
    answers[0] ??
    (() => {
      throw new TypeError('it was answered')
    })()
  const ledger = openSqliteLedger({ file: world.ledgerFile })
  await ledger.answerApproval(Date.now(), { ...genuine, approval: id })
  ledger.close()
  expect(await ask(host)).toBe(id)
  await reply(world, id, go, ada)
  expect((await host.gate.perform(question())).result).toEqual({ answer: go, by: 'ada' })
})

test('a passkey signs the value with the rest', async () => {
  const ada = authenticator()
  const world = asking('', `  approvers: ${JSON.stringify({ ada: { passkeys: [ada.passkey] } })}\n`)
  const host = await opened(world)
  const id = await ask(host)
  const approval = found(host.ledger.approval(id))
  const answer = async (value: Json, written: Json) => {
    const said = newAnswer(approval, 'approve', 'ada', Date.now(), { value })
    const proof = ada.assertion(answerChallenge(approval, said), {})
    await host.ledger.answerApproval(Date.now(), { approval: id, ...said, value: written, proof })
  }
  await answer({ go: false }, { go: true })
  expect(await ask(host)).toBe(id)
  await answer({ go: true }, { go: true })
  expect((await host.gate.perform(question())).result).toEqual({ answer: { go: true }, by: 'ada' })
})

test('an answer is for one run and one question, until its time is over', async () => {
  const world = asking()
  const host = await opened(world)
  const id = await ask(host)
  await reply(world, id, { go: true }, undefined, { expiresAt: Date.now() - 1 })
  const again = await ask(host)
  expect(again).not.toBe(id)
  await reply(world, again, { go: true })
  await ask(host, question({ type: 'object' }))
  await ask(host, question(schema, 'Shall it go now?'))
  const other = await opened(world, { client: 'other' })
  expect(await ask(other)).not.toBe(again)
  expect((await host.gate.perform(question())).result).toMatchObject({ answer: { go: true } })
})

test('no agent asks or answers in its place, and the stop switch beats an answer', async () => {
  const world = asking()
  const host = await opened(world)
  const foreign = await host.gate.perform({ ...question(), executor: 'agent', origin: 'model' })
  expect(foreign.decision.effect).toBe('deny')
  const id = await ask(host)
  await reply(world, id, { go: true })
  await host.ledger.freeze(Date.now(), 'operator')
  expect((await host.gate.perform(question())).decision.effect).toBe('deny')
  await host.ledger.unfreeze(Date.now(), 'operator')
  expect((await host.gate.perform(question())).outcome.status).toBe('completed')
})
