import { expect, test } from 'vitest'
import type { Step } from '../src/index.ts'
import { held, opened, say } from './answers.ts'
import { boundary, request } from './boundary.ts'

const minute = 60_000

/** A clock that a test moves on: time passes while an action is performed, as much as the test says. */
function clock() {
  let at = Date.now()
  let took = 0
  return {
    now: () => at,
    pass: (ms: number) => {
      at += ms
    },
    /** What is performed from now on takes so long (ms). */
    take: (ms: number) => {
      took = ms
    },
    onStep: (step: Step) => {
      if (step === 'performed') at += took
    },
  }
}

test('maxRuntimeSeconds: what is left after a minute is all that the next call gets; its server sees the cancellation', async () => {
  const { now, onStep, take } = clock()
  const policies = '{ toolAccess: { default: deny, allow: ["witness:*"] }, budgets: { maxRuntimeSeconds: 61 } }'
  const world = boundary({ policies })
  const host = await opened(world, { now, onStep })
  take(minute + 800)
  expect((await host.gate.perform(request('look'))).outcome).toMatchObject({
    status: 'completed',
    durationMs: minute + 800,
  })
  // Two tenths of a second are left: a call that would go on for ever ends by then.
  take(200)
  expect((await host.gate.perform(request('wait'))).outcome).toMatchObject({ status: 'failed' })
  const next = await host.gate.perform(request('look', 1))
  expect(next.decision.effect).toBe('deny')
  expect(next.decision.reasons.map(({ code }) => code)).toContain('budget.runtime')
  await host.close()
  expect(world.witnessed()).toEqual([
    { tool: 'look', args: { n: 0 } },
    { tool: 'wait', args: { n: 0 } },
    { tool: 'wait', cancelled: true },
  ])
})

test('time in which a person is waited for does not count', async () => {
  const { now, onStep, pass, take } = clock()
  const policies = held.replace(/}$/, ', budgets: { maxRuntimeSeconds: 61 } }')
  const world = boundary({ policies })
  const host = await opened(world, { now, onStep })
  take(30_000)
  expect((await host.gate.perform(request('look'))).outcome.status).toBe('completed')
  const first = await host.gate.perform(request('write'))
  expect(first.decision.effect).toBe('hold')
  // Three hours later somebody says yes; of the minute only what ran was used.
  pass(180 * minute)
  await say(world, String(first.waiting), 'approve')
  expect((await host.gate.perform(request('write'))).outcome.status).toBe('completed')
  take(2_000)
  expect((await host.gate.perform(request('look', 1))).outcome.status).toBe('completed')
  expect((await host.gate.perform(request('look', 2))).decision.reasons.map(({ code }) => code)).toContain(
    'budget.runtime',
  )
})
