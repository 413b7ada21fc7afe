// One round of one engine at one size, in a process of its own: prints a `DecideRound` as JSON.
import { quantile } from '../harness/statistics.ts'
import { type Engine, policyShape, questions } from './engine.ts'

export interface DecideRound {
  /** Microseconds for one decision. */
  readonly p50: number
  readonly p99: number
  readonly perSecond: number
}

/** Loaded when asked for, so that a process holds one engine only. */
const engines = {
  ecp: async () => (await import('./ecp.ts')).ecp,
  ecpFirst: async () => (await import('./ecp.ts')).ecpFirst,
  cedar: async () => (await import('./cedar.ts')).cedar,
  governance: async () => (await import('./governance.ts')).governance,
  governanceFlat: async () => (await import('./governance.ts')).governanceFlat,
} satisfies Record<string, () => Promise<Engine>>
export type EngineName = keyof typeof engines

const distinct = 256
const warmUpMs = 500
const [name = 'ecp', rules = '10', milliseconds = '500'] = process.argv.slice(2)
if (import.meta.main) console.log(JSON.stringify(await round(name as EngineName, Number(rules), Number(milliseconds)))) // reason: from figure.ts

async function round(engine: EngineName, rules: number, milliseconds: number): Promise<DecideRound> {
  const shape = policyShape(rules)
  const asked = questions(shape, distinct)
  const decide = (await engines[engine]()).load(shape, asked)
  asked.forEach((question, index) => {
    if (index % 16 !== 0) return // slow engines need seconds for all of them
    const wanted = question.amount <= shape.limit
    if (decide(index) !== wanted)
      throw new Error(`\`${engine}\` answers \`${!wanted}\` for amount \`${question.amount}\``)
  })
  run(decide, warmUpMs)
  globalThis.gc?.()
  const { samples, elapsed } = run(decide, milliseconds)
  return {
    p50: quantile(samples, 0.5) * 1000,
    p99: quantile(samples, 0.99) * 1000,
    perSecond: (samples.length / elapsed) * 1000,
  }
}

/** Asks for this long, at least once; each decision is timed by itself (milliseconds). */
function run(decide: (question: number) => boolean, milliseconds: number) {
  const samples = new Float64Array(2_000_000)
  const started = performance.now()
  let count = 0
  let before = started
  while (count < samples.length && (before - started < milliseconds || count === 0)) {
    const question = count % distinct
    before = performance.now()
    decide(question)
    samples[count++] = performance.now() - before
  }
  return { samples: samples.subarray(0, count), elapsed: performance.now() - started }
}
