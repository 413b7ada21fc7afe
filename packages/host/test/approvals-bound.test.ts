import { readFileSync, writeFileSync } from 'node:fs'
import { sha256 } from '@ecp/ledger'
import { canonical } from '@ecp/protocol'
import { expect, test } from 'vitest'
import { ask, held, opened, say, written } from './answers.ts'
import { type Boundary, boundary, request } from './boundary.ts'

// An approval is for one action of one executor of one client, under one policy, wiring and pins, for a time
// (packages/host/test/approvals.test.ts has the arguments, the policy, the answers and the forgeries).
const effectOf = async (host: Awaited<ReturnType<typeof opened>>, tool = 'write') =>
  (await host.gate.perform(request(tool, 1))).decision.effect

/** A held write that is approved and was not made yet. */
async function approved(world: Boundary): Promise<string> {
  const host = await world.open()
  const id = await ask(host)
  await say(world, id, 'approve')
  await host.close()
  return id
}

test.each([
  [
    'the wiring',
    (world: Boundary) => {
      const text = readFileSync(world.config, 'utf8')
      writeFileSync(world.config, text.replace('{ type: stdio,', '{ type: stdio, env: { MODE: other },'))
    },
  ],
  [
    "the host's rules",
    (world: Boundary) => {
      const text = readFileSync(world.config, 'utf8')
      writeFileSync(world.config, `${text}  network: { allowPrivateAddresses: false }\n`)
    },
  ],
  [
    'the pins, of another tool even',
    async (world: Boundary) => {
      const host = await world.open()
      const tool = [...(await host.ledger.pins()).keys()].find((name) => name.startsWith('witness:look@')) ?? ''
      const text = canonical({ ...host.catalogue().tools['witness:look']?.definition, description: 'Looks elsewhere.' })
      const body = { tool, definition: sha256(text), source: 'first-use' } as const
      await host.ledger.append('', Date.now(), 'tool.pinned', body, new Map([[body.definition, text]]))
      await host.close()
    },
  ],
])('an approval from before %s changed does nothing: a person is asked again', async (_what, change) => {
  const world = boundary({ policies: held })
  const id = await approved(world)
  await change(world)
  const host = await opened(world)
  expect(await ask(host)).not.toBe(id)
  expect(host.ledger.approval(id)?.state).toBe('approved')
  expect(written(world)).toEqual([])
})

test.each([
  ['of another client', { client: 'other' }],
  ['of another principal', { principal: 'somebody-else' }],
])('an approval for a call %s does nothing', async (_whose, over) => {
  const world = boundary({ policies: held })
  const id = await approved(world)
  const foreign = await opened(world, over)
  expect(await ask(foreign)).not.toBe(id)
  expect(written(world)).toEqual([])
  expect(await effectOf(await opened(world))).toBe('allow')
})

test('an approval that was given and not used in time does nothing', async () => {
  const world = boundary({ policies: held })
  const clock = { now: Date.now() }
  const host = await opened(world, { now: () => clock.now })
  const id = await ask(host)
  await say(world, id, 'approve', undefined, { expiresAt: clock.now + 60_000 })
  clock.now += 60_000
  expect(await ask(host)).not.toBe(id)
  expect(written(world)).toEqual([])
})

test('a deny that has appeared since is not lifted, and leaves the approval unused', async () => {
  const world = boundary({ policies: held.replace('writeControls', 'budgets: { maxToolCalls: 1 }, writeControls') })
  const host = await opened(world)
  const id = await ask(host)
  await say(world, id, 'approve')
  expect(await effectOf(host, 'look')).toBe('allow')
  const { decision } = await host.gate.perform(request('write', 1))
  expect(decision.effect).toBe('deny')
  expect(decision.reasons.map(({ code }) => code)).toContain('budget.tool-calls')
  expect(host.ledger.approval(id)?.state).toBe('approved')
  expect(written(world)).toEqual([])
})
