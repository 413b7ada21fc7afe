import { redecideRecorded } from '@ecp/host'
import { openSqliteLedger } from '@ecp/ledger'
import type { Json } from '@ecp/protocol'
import { expect, test } from 'vitest'
import type { RunResult } from '../src/index.ts'
import { type Road, road } from './journey.ts'

/** As many as every build can bear. `ECP_KILLS=200` is what was asked for once. */
const kills = Number(process.env.ECP_KILLS ?? 3)
/** One run is killed so often, then carried to its end. */
const killsOfOne = 5
/** Steps of the Gate in a run that nobody disturbs: seven for each of 40 actions. */
const allSteps = 280

// mulberry32: the moments can be had again by their seed.
const seed = Number(process.env.ECP_SEED ?? Date.now() % 1_000_000)
let state = seed
function random(): number {
  state = (state + 0x6d2b79f5) | 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
}

const undisturbed = { resumes: false, deadlyStep: 0, delayMs: 0 }

test(`kill -9 at ${kills} random moments of a run with 40 actions (seed ${seed}): no write is lost or done twice, and the result is the same`, {
  timeout: 60_000 + kills * 30_000,
}, async () => {
  const calm = road()
  const expected = await calm.carry(undisturbed)
  expect(expected).toMatchObject({ status: 'completed' })
  expect([...calm.heard().values()]).toEqual(Array(32).fill(1))

  let done = 0
  while (done < kills) {
    const one = road()
    const wanted = Math.min(killsOfOne, kills - done)
    const { output, killed } = await carriedThrough(one, wanted)
    done += killed
    expect(output).toEqual(expected?.output)
    const heard = one.heard()
    expect([...heard.keys()].sort()).toEqual([...calm.heard().keys()].sort())
    for (const [call, times] of heard) {
      expect({ call, times }).toEqual({ call, times: call.includes('"write"') ? 1 : expect.any(Number) })
      expect(times).toBeLessThanOrEqual(1 + killed)
    }
    for (const times of one.asked().values()) expect(times).toBeLessThanOrEqual(1 + killed)
    const ledger = openSqliteLedger({ file: one.ledgerFile, readOnly: true })
    try {
      expect(ledger.verify({ redecide: redecideRecorded }).faults).toEqual([])
      expect(ledger.run(one.run)).toMatchObject({ status: 'completed', inFlight: 0 })
    } finally {
      ledger.close()
    }
  }
})

/** Carries a run that is killed so often; where it stopped as unknown, what the server has heard of decides. */
async function carriedThrough(one: Road, wanted: number) {
  let [killed, unknown] = [0, 0]
  for (let part = 0; part < 100; part++) {
    const deadlyStep = killed < wanted ? 1 + Math.floor(random() * allSteps * 0.3) : 0
    const delayMs = random() < 0.5 ? 0 : random() * 4
    const result: RunResult | undefined = await one.carry({ resumes: part > 0, deadlyStep, delayMs })
    if (result?.status === 'completed') return { output: result.output, killed, unknown }
    if (!result) {
      killed++
      const output = outputOf(one)
      if (output !== undefined) return { output, killed, unknown }
    } else {
      expect(result.status).toBe('unknown')
      unknown += await settleFromLog(one)
    }
  }
  throw new TypeError('the run never came to its end')
}

/** What a run that was killed behind its end came to. */
function outputOf({ ledgerFile, run }: Road): Json | undefined {
  const ledger = openSqliteLedger({ file: ledgerFile, readOnly: true })
  try {
    const ended = ledger.run(run)?.status === 'completed' ? [...ledger.records(run)].at(-1)?.record : undefined
    return ended?.kind === 'run.ended' ? ended.body.output : undefined
  } finally {
    ledger.close()
  }
}

/** What a person does who looks at the server: the write is in its log, or it is to be done. Gives how many were settled. */
async function settleFromLog({ ledgerFile, run, heard }: Road): Promise<number> {
  const ledger = openSqliteLedger({ file: ledgerFile })
  let count = 0
  try {
    for (const { action, outcome, settled } of ledger.journal(run).actions.values()) {
      if (outcome?.status !== 'unknown' || settled) continue
      const args = ledger.decided(run, action.id)?.action.arguments
      const isHeard = heard().has(JSON.stringify({ tool: 'write', args }))
      const result = { content: [{ type: 'text', text: 'write done' }] }
      const said = isHeard ? ({ as: 'happened', result } as const) : ({ as: 'retry' } as const)
      await ledger.settleAction(run, Date.now(), { action: action.id, by: 'tester', ...said })
      count++
    }
  } finally {
    ledger.close()
  }
  return count
}
