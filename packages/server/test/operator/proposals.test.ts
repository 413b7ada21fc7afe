import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OperatorApplied } from '@ecp/protocol'
import { afterEach, expect, test } from 'vitest'
import { held, SignedIn } from './signed-in.ts'

let desk: SignedIn
let ask: (name: string, args?: Record<string, unknown>) => Promise<{ isError?: boolean | undefined }>
afterEach(() => desk[Symbol.asyncDispose]())

async function proposed(args: Record<string, unknown>): Promise<string> {
  desk = new SignedIn(held({ mode: 'propose-only' }))
  const token = await desk.service.token('ada')
  await desk.start()
  const client = await desk.service.connect(token)
  ask = (name, given = {}) => client.callTool({ name: `witness__${name}`, arguments: given })
  expect(await ask('write', args)).toMatchObject({ isError: true })
  const [newest] = await desk.open(1)
  expect(newest).toMatchObject({ kind: 'proposal', state: 'pending' })
  return newest?.approval ?? ''
}
const apply = (id: string) => desk.post(`/approvals/${id}/apply`)
const approve = (id: string) => desk.post(`/approvals/${id}/answer`, { answer: 'approve' })
const writes = () => desk.service.gateway.witnessed().filter(({ tool }) => tool === 'write')

test('a proposal is applied exactly as it was recorded, once, after it was approved', async () => {
  const id = await proposed({ n: 1 })
  const early = await apply(id)
  expect(early.status).toBe(409)
  expect(await early.json()).toMatchObject({ code: 'proposal.not-approved' })
  expect(writes()).toEqual([])
  expect((await approve(id)).status).toBe(200)
  const came = (await (await apply(id)).json()) as OperatorApplied // reason: what the route answers with
  expect(came).toMatchObject({ status: 'completed', text: 'write done', approval: { state: 'used' } })
  expect(writes()).toEqual([{ tool: 'write', args: { n: 1 } }])
  expect((await apply(id)).status).toBe(409)
  expect(writes()).toHaveLength(1)
})

test('ten who apply it at once perform it once', async () => {
  const id = await proposed({ n: 1 })
  await approve(id)
  const came = await Promise.all(Array.from({ length: 10 }, () => apply(id)))
  const bodies = (await Promise.all(came.map((one) => one.json()))) as Partial<OperatorApplied>[] // reason: some are problems
  expect(bodies.filter(({ status }) => status === 'completed')).toHaveLength(1)
  expect(writes()).toHaveLength(1)
})

test('frozen, or under a Context that is another one now, it is refused and nothing is done', async () => {
  const id = await proposed({ n: 1 })
  await approve(id)
  await desk.post('/freeze')
  const frozen = await apply(id)
  expect(frozen.status).toBe(409)
  expect(await frozen.json()).toMatchObject({
    code: 'proposal.refused',
    detail: expect.stringContaining('host.frozen'),
  })
  await desk.post('/unfreeze')
  const { folder } = desk.service.gateway.desk
  const context = JSON.parse(readFileSync(join(folder, 'context.json'), 'utf8'))
  desk.service.gateway.desk.write(
    'context.json',
    JSON.stringify({ ...context, metadata: { name: 'other', version: '2' } }),
  )
  await expect.poll(() => desk.service.log.join()).toContain('from now on it is what is decided by')
  const changed = await apply(id)
  expect(changed.status).toBe(409)
  expect(await changed.json()).toMatchObject({ detail: expect.stringContaining('ecp proposals apply') })
  expect(writes()).toEqual([])
  expect((await desk.shown(id)).state).toBe('approved')
})

test('a held call is nothing to be applied', async () => {
  desk = new SignedIn(held())
  const token = await desk.service.token('ada')
  await desk.start()
  const client = await desk.service.connect(token)
  await client.callTool({ name: 'witness__write', arguments: {} })
  const [newest] = await desk.open(1)
  await approve(newest?.approval ?? '')
  expect((await apply(newest?.approval ?? '')).status).toBe(409)
  expect(writes()).toEqual([])
})
