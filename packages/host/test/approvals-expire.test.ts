import { expect, onTestFinished, test } from 'vitest'
import { openMachine } from '../src/index.ts'
import { type Boundary, boundary, faultsOf, request } from './boundary.ts'

// Time alone ends an approval; that it did is written down by whichever process is there.
const policies =
  '{ toolAccess: { default: deny, allow: ["witness:*"] }, writeControls: { requireApprovalFor: ["witness:write"], approval: { expiresAfter: 1h } } }'
const hourMs = 3_600_000

/** A machine on a clock of the test's own. */
async function machineAt(world: Boundary, clock: { now: number }) {
  const machine = await openMachine({ ...world.options(), now: () => clock.now, expiryMs: 5 })
  onTestFinished(() => machine.close())
  return machine
}
/** Asks for a write that is held, and gives what it waits under. */
async function held(world: Boundary, machine: Awaited<ReturnType<typeof openMachine>>, n: number): Promise<string> {
  const host = await machine.admit(world.options())
  const { waiting } = await host.gate.perform(request('write', n))
  await host.close()
  return String(waiting)
}
function recorded(world: Boundary, id: string) {
  const ledger = world.ledger()
  try {
    expect(faultsOf(ledger)).toEqual([])
    return ledger.approval(id)?.state
  } finally {
    ledger.close()
  }
}

test('an approval that has expired is on record as expired, and the same call asks anew', async () => {
  const world = boundary({ policies })
  const clock = { now: Date.now() }
  const machine = await machineAt(world, clock)
  const id = await held(world, machine, 1)
  clock.now += hourMs - 1
  expect(recorded(world, id)).toBe('pending')
  clock.now += 1
  await expect.poll(() => recorded(world, id)).toBe('expired')
  expect(await held(world, machine, 1)).not.toBe(id)
})

test('what has expired while nobody was there is written down by the next who comes', async () => {
  const world = boundary({ policies })
  const clock = { now: Date.now() }
  const first = await machineAt(world, clock)
  const id = await held(world, first, 1)
  await first.close()
  clock.now += hourMs
  expect(recorded(world, id)).toBe('pending')
  await machineAt(world, clock)
  expect(recorded(world, id)).toBe('expired')
})

test('a machine that follows another one goes on with it, and one that is closed leaves it', async () => {
  const world = boundary({ policies })
  const clock = { now: Date.now() }
  const first = await machineAt(world, clock)
  const id = await held(world, first, 1)
  const second = await first.renew([world.options()])
  onTestFinished(() => second.close())
  await first.close()
  clock.now += hourMs
  await expect.poll(() => recorded(world, id)).toBe('expired')
})

test('an answer that holds for a shorter time ends it earlier', async () => {
  const world = boundary({ policies })
  const clock = { now: Date.now() }
  const machine = await machineAt(world, clock)
  const id = await held(world, machine, 1)
  await machine.ledger.answerApproval(clock.now, {
    approval: id,
    answer: 'approve',
    by: 'tester',
    expiresAt: clock.now + 1_000,
    nonce: 'n',
    proof: { kind: 'unsigned' },
  })
  expect(recorded(world, id)).toBe('approved')
  clock.now += 1_000
  await expect.poll(() => recorded(world, id)).toBe('expired')
})
