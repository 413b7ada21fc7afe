import { afterEach, expect, test } from 'vitest'
import { held, operator, SignedIn } from './signed-in.ts'

// People answer over HTTP what real clients ask over MCP.
let desk: SignedIn
afterEach(() => desk[Symbol.asyncDispose]())

async function opened(...documents: Parameters<typeof held>): Promise<SignedIn> {
  desk = new SignedIn(held(...documents))
  const token = await desk.service.token('ada')
  await desk.start()
  const client = await desk.service.connect(token)
  ask = (name, args = {}) => client.callTool({ name: `witness__${name}`, arguments: args })
  return desk
}
let ask: (name: string, args?: Record<string, unknown>) => Promise<{ isError?: boolean | undefined }>

test('a held call is shown exactly, approved, and then runs once', async () => {
  await opened()
  expect(await ask('write', { text: '<b>\u202e' })).toMatchObject({ isError: true })
  const [waiting] = await desk.open(1)
  expect(waiting).toMatchObject({
    kind: 'hold',
    state: 'pending',
    target: 'witness:write',
    client: 'ada',
    approvedBy: 0,
  })
  const id = waiting?.approval ?? ''
  const shown = await desk.shown(id)
  expect(shown).toMatchObject({
    asked: { kind: 'tool.call', acts: 'write', arguments: { text: '<b>\u202e' }, reasons: expect.any(Array) },
    answers: [],
    approvers: [],
  })
  const answer = await desk.post(`/approvals/${id}/answer`, { answer: 'approve', note: 'fine' })
  expect(await answer.json()).toMatchObject({
    state: 'approved',
    answers: [{ by: operator, note: 'fine', proof: 'unsigned', worth: 'counts' }],
  })
  expect((await ask('write', { text: '<b>\u202e' })).isError).toBeFalsy()
  expect(desk.service.gateway.witnessed().filter(({ tool }) => tool === 'write')).toHaveLength(1)
  expect((await desk.shown(id)).state).toBe('used')
  const again = await desk.post(`/approvals/${id}/answer`, { answer: 'deny' })
  expect(again.status).toBe(409)
  expect(await again.json()).toMatchObject({ code: 'approval.over' })
})
