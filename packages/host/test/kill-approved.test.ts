import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { type Step, steps } from '../src/index.ts'
import { type Boundary, boundary, faultsOf, recordsOf, request } from './boundary.ts'
import { fixtureProgram } from './fixture-program.ts'

const script = fixtureProgram('die-approved')
/** How often at each step: as many as every build can bear. `ECP_KILLS=200` is what was asked for once. */
const times = Number(process.env.ECP_KILLS ?? 2)

const policies =
  '{ toolAccess: { default: deny, allow: ["witness:*"] }, budgets: { maxToolCalls: 100000 }, writeControls: { requireApprovalFor: ["witness:write"] } }'

async function die(world: Boundary, step: Step, n: number) {
  const args = [script, JSON.stringify(world.options()), step, String(n)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const [, signal] = await once(child, 'exit')
  return signal
}

interface Left {
  /** How often the server has heard of the write, after the agent has called again. */
  readonly heard: 0 | 1
  /** What came of the call that stood on the approval. */
  readonly outcome: 'completed' | 'unknown'
  /** What calling again comes to: it runs under the same approval, or a person is asked anew. */
  readonly again: 'completed' | 'pending'
}

describe('kill -9 of a call that a person has approved: it runs once, or nobody knows, never twice', () => {
  const used = { outcome: 'unknown', again: 'pending' } as const
  const left: Record<Step, Left> = {
    normalised: { heard: 1, outcome: 'completed', again: 'completed' },
    deciding: { heard: 1, outcome: 'completed', again: 'completed' },
    decided: { heard: 0, ...used },
    performing: { heard: 0, ...used },
    performed: { heard: 1, ...used },
    recorded: { heard: 1, outcome: 'completed', again: 'pending' },
    answered: { heard: 1, outcome: 'completed', again: 'pending' },
  }
  test.each(steps)('%s', { timeout: 60_000 + times * 10_000 }, async (step) => {
    const world = boundary({ policies })
    for (let n = 0; n < times; n += 1) expect(await die(world, step, n)).toBe('SIGKILL')
    const host = await world.open()
    const again = await host.gate.perform(request('write', times - 1))
    await host.close()
    expect(again.outcome.status).toBe(left[step].again)

    const ledger = world.ledger()
    expect(faultsOf(ledger)).toEqual([])
    const records = recordsOf(ledger)
    for (let n = 0; n < times; n += 1) {
      expect(world.witnessed().filter(({ tool, args }) => tool === 'write' && args?.n === n)).toHaveLength(
        left[step].heard,
      )
      const actions = records.flatMap((one) => (one.kind === 'action.decided' ? [one.body] : []))
      const allowed = actions.filter(
        ({ action, decision }) =>
          decision.effect === 'allow' && JSON.stringify(action.arguments) === JSON.stringify({ n }),
      )
      expect(allowed).toHaveLength(1)
      const finished = records.flatMap((one) => (one.kind === 'action.finished' ? [one.body] : []))
      const mine = finished.filter(({ action }) => action === allowed[0]?.action.id)
      expect(mine.map(({ outcome }) => outcome.status)).toEqual([left[step].outcome])
      const [word] = allowed[0]?.answers ?? []
      expect(ledger.approval(String(word?.id))).toMatchObject({ state: 'used', usedBy: allowed[0]?.action.id })
    }
    ledger.close()
  })
})
