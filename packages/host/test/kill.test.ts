import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { LedgerRecord } from '@ecp/protocol'
import { describe, expect, test } from 'vitest'
import { steps } from '../src/index.ts'
import { type Boundary, boundary, faultsOf, recordsOf } from './boundary.ts'
import { fixtureProgram } from './fixture-program.ts'

const script = fixtureProgram('die-at-step')
const times = 2

/** Runs the script until it dies; answers the signal it died of. With `afterMs` it dies that long after its first call. */
async function dieAt(world: Boundary, tool: string, step: string, before: number, afterMs?: number) {
  const args = [script, JSON.stringify(world.options()), tool, step, String(before)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  if (afterMs !== undefined) child.stdout.once('data', () => setTimeout(() => child.kill('SIGKILL'), afterMs))
  const [, signal] = await once(child, 'exit')
  return signal
}

/** What must be true of a ledger whatever happened: it opens and verifies, and the server heard of nothing that is not in it. */
async function expectWhole(world: Boundary): Promise<LedgerRecord[]> {
  const host = await world.open() // finishes what was left in flight, as the next `ecp` does
  await host.close()
  const ledger = world.ledger()
  const records = recordsOf(ledger)
  expect(faultsOf(ledger)).toEqual([])
  expect(ledger.runs().map((run) => run.inFlight)).toEqual(ledger.runs().map(() => 0))
  ledger.close()
  const allowed = new Map<string, number>()
  const intended = new Set<string>()
  for (const { kind, body } of records) {
    if (kind === 'action.decided' && body.decision.effect === 'allow') {
      const key = `${body.action.target} ${JSON.stringify(body.action.arguments)}`
      allowed.set(key, (allowed.get(key) ?? 0) + 1)
    }
    if (kind === 'action.intended') intended.add(body.action)
  }
  for (const { tool, args } of world.witnessed()) {
    const key = `witness:${tool} ${JSON.stringify(args)}`
    const left = allowed.get(key) ?? 0
    expect(left, `\`${key}\` reached the server with an allow on record`).toBeGreaterThan(0)
    allowed.set(key, left - 1)
  }
  for (const record of records) {
    if (record.kind !== 'action.decided' || record.body.decision.effect !== 'allow') continue
    if (record.body.decision.acts === 'write') expect(intended).toContain(record.body.action.id)
  }
  return records
}

/** The outcome of the call that was in flight when the process died. */
function lastOutcome(records: readonly LedgerRecord[], n: number): string | undefined {
  const decided = records.filter((record) => record.kind === 'action.decided')
  const mine = decided.findLast(({ body }) => JSON.stringify(body.action.arguments) === JSON.stringify({ n }))
  const finished = records.filter((record) => record.kind === 'action.finished')
  return finished.find(({ body }) => body.action === mine?.body.action.id)?.body.outcome.status
}

describe('kill -9 at every step', { timeout: 120_000 }, () => {
  // What is left of the last call: [a write, a read]. Undefined: no trace of it, and nothing happened.
  const left: Record<(typeof steps)[number], readonly [string | undefined, string | undefined]> = {
    normalised: [undefined, undefined],
    deciding: [undefined, undefined],
    decided: ['unknown', 'failed'],
    performing: ['unknown', 'failed'],
    performed: ['unknown', 'failed'],
    recorded: ['completed', 'completed'],
    answered: ['completed', 'completed'],
  }
  test.each(steps)('%s', async (step) => {
    const [write, read] = left[step]
    for (const [tool, wanted] of [
      ['write', write],
      ['look', read],
    ] as const) {
      for (let before = 0; before < times; before += 1) {
        const world = boundary()
        expect(await dieAt(world, tool, step, before)).toBe('SIGKILL')
        expect(lastOutcome(await expectWhole(world), before)).toBe(wanted)
        const heard = world.witnessed().filter(({ args }) => args?.n === before).length
        expect(heard).toBe(['performed', 'recorded', 'answered'].includes(step) ? 1 : 0)
      }
    }
  })
})

test('kill -9 at moments that nobody chose, again and again on one ledger', { timeout: 120_000 }, async () => {
  const world = boundary({
    policies: '{ toolAccess: { default: deny, allow: ["witness:*"] }, budgets: { maxToolCalls: 100000 } }',
  })
  for (let round = 0; round < 10; round += 1) {
    expect(await dieAt(world, 'write', 'never', 1_000_000, round * 7)).toBe('SIGKILL')
  }
  const records = await expectWhole(world)
  const outcomes = records.flatMap((record) => (record.kind === 'action.finished' ? [record.body.outcome.status] : []))
  expect(outcomes).toContain('completed')
  expect(outcomes.filter((status) => status !== 'completed' && status !== 'unknown')).toEqual([])
})
