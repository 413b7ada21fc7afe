import { newApproverKey } from '@ecp/host'
import type { JsonObject } from '@ecp/protocol'
import { afterEach, expect, test } from 'vitest'
import { held, operator, SignedIn } from './signed-in.ts'

// People answer over HTTP what real clients ask over MCP.
let desk: SignedIn
let ask: (name: string, args?: Record<string, unknown>) => Promise<{ isError?: boolean | undefined }>
afterEach(() => desk[Symbol.asyncDispose]())

async function opened(...documents: Parameters<typeof held>): Promise<void> {
  desk = new SignedIn(held(...documents))
  const token = await desk.service.token('ada')
  await desk.start()
  const client = await desk.service.connect(token)
  ask = (name, args = {}) => client.callTool({ name: `witness__${name}`, arguments: args })
}

/** Asks for a write that is held, and gives its approval. */
async function waiting(args: Record<string, unknown> = {}): Promise<string> {
  expect(await ask('write', args)).toMatchObject({ isError: true })
  const [newest] = await desk.open(1)
  return newest?.approval ?? ''
}
const answer = (id: string, body: JsonObject) => desk.post(`/approvals/${id}/answer`, body)
const writes = () => desk.service.gateway.witnessed().filter(({ tool }) => tool === 'write')

test('a held call is shown exactly, approved, and then runs once', async () => {
  await opened()
  const args = { text: '<b>\u202e' }
  const id = await waiting(args)
  const [listed] = await desk.open(1)
  expect(listed).toMatchObject({
    kind: 'hold',
    state: 'pending',
    target: 'witness:write',
    client: 'ada',
    approvedBy: 0,
  })
  expect(await desk.shown(id)).toMatchObject({
    asked: { kind: 'tool.call', acts: 'write', arguments: args, reasons: [{}, {}] },
    answers: [],
    approvers: [],
  })
  const approved = await answer(id, { answer: 'approve', note: 'fine' })
  expect(approved.headers.get('cache-control')).toBe('no-store')
  expect(await approved.json()).toMatchObject({
    state: 'approved',
    answers: [{ by: operator, note: 'fine', proof: 'unsigned', worth: 'counts' }],
  })
  expect((await ask('write', args)).isError).toBeFalsy()
  expect(writes()).toHaveLength(1)
  expect((await desk.shown(id)).state).toBe('used')
  const again = await answer(id, { answer: 'deny' })
  expect(again.status).toBe(409)
  expect(await again.json()).toMatchObject({ code: 'approval.over' })
})

test('a denied call does not run, and says so', async () => {
  await opened()
  const id = await waiting()
  expect(await (await answer(id, { answer: 'deny', note: 'no' })).json()).toMatchObject({ state: 'denied' })
  expect(await ask('write')).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('said no') }] })
  expect(writes()).toEqual([])
})

test('the stop switch beats an answer that approves', async () => {
  await opened()
  const id = await waiting()
  expect((await answer(id, { answer: 'approve' })).status).toBe(200)
  expect(await (await desk.post('/freeze', { note: 'stop' })).json()).toMatchObject({ frozen: true })
  expect(await ask('write')).toMatchObject({ isError: true })
  expect(writes()).toEqual([])
  expect(await (await desk.post('/unfreeze')).json()).toMatchObject({ frozen: false })
  expect((await ask('write')).isError).toBeFalsy()
  expect(writes()).toHaveLength(1)
})

test('what is no answer, and what there is not, is refused', async () => {
  await opened()
  const id = await waiting()
  const refused = [
    {},
    { answer: 'yes' },
    { answer: 'approve', more: 1 },
    { answer: 'approve', note: 'x'.repeat(2_001) },
  ]
  for (const body of refused) expect((await answer(id, body)).status, JSON.stringify(body).slice(0, 40)).toBe(400)
  expect((await answer(id, { answer: 'approve', by: 'eve' })).status).toBe(403)
  const unknown = await answer('0199', { answer: 'approve' })
  expect(unknown.status).toBe(404)
  expect(await unknown.json()).toMatchObject({ code: 'approval.unknown' })
  expect((await desk.ask('/approvals/0199')).status).toBe(404)
  expect((await desk.shown(id)).answers).toEqual([])
})

test('with approvers nothing unsigned is taken, and with terms that name somebody nobody else', async () => {
  const { publicKey } = newApproverKey('a good passphrase')
  await opened(undefined, { approvers: { ada: { publicKey, groups: ['ops'] } } })
  expect(await desk.get('/state')).toMatchObject({
    user: operator,
    approvers: [{ name: 'ada', groups: ['ops'], keys: ['ed25519'] }],
  })
  expect(await desk.get<JsonObject>('/state')).not.toHaveProperty('unsigned')
  const id = await waiting()
  const unsigned = await answer(id, { answer: 'approve' })
  expect(unsigned.status).toBe(403)
  expect(await desk.shown(id)).toMatchObject({ state: 'pending', answers: [], approvers: ['ada'] })
  expect(await ask('write')).toMatchObject({ isError: true })
  expect(writes()).toEqual([])
})

test('where the terms name approvers and none are configured, the operator alone is none', async () => {
  await opened({ requireApprovalFor: ['witness:write'], approval: { approvers: ['ops'] } })
  const id = await waiting()
  const refused = await answer(id, { answer: 'approve' })
  expect(refused.status).toBe(403)
  expect(await refused.json()).toMatchObject({ code: 'approval.refused', detail: expect.stringContaining('by name') })
  expect((await desk.shown(id)).answers).toEqual([])
})
