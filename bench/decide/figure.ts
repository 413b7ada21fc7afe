import { join } from 'node:path'
import { measureInChild } from '../harness/child.ts'
import type { Figure } from '../harness/figure.ts'
import { number } from '../harness/print.ts'
import { type Spread, spread } from '../harness/statistics.ts'
import type { DecideRound, EngineName } from './measure.ts'

const sizes = [10, 100, 1_000, 10_000]
const engines: Readonly<Record<EngineName, string>> = {
  ecp: 'ecp decide',
  ecpFirst: 'ecp decide, first time for a tool',
  cedar: 'cedar-wasm',
  governance: 'agent-governance-sdk, policies',
  governanceFlat: 'agent-governance-sdk, flat rules',
}
const names = Object.keys(engines) as EngineName[] // reason: its keys by its type

export const decideFigure: Figure = {
  name: 'decide',
  title: 'deciding one tool call, by the number of rules',
  async measure({ quick }, progress) {
    const rounds = new Map<string, DecideRound[]>()
    for (let round = 1; round <= (quick ? 1 : 3); round++) {
      for (const engine of names) {
        for (const size of sizes) {
          progress(`round ${round}, ${engine}, ${size} rules`)
          const result = await measureInChild<DecideRound>(
            join(import.meta.dirname, 'measure.ts'),
            ...[engine, String(size), quick ? '100' : '500'],
          )
          const key = `${engine} ${size}`
          rounds.set(key, [...(rounds.get(key) ?? []), result])
        }
      }
    }
    const of = (engine: EngineName, size: number, value: keyof DecideRound): Spread =>
      spread((rounds.get(`${engine} ${size}`) ?? []).map((round) => round[value]))

    return {
      tables: [
        {
          title: 'microseconds for one decision, in process',
          columns: ['engine', 'rules', 'p50', 'p99', 'decisions/s', 'p50 / ecp'],
          rows: names.flatMap((engine) =>
            sizes.map((size) => {
              const p50 = of(engine, size, 'p50')
              const ratio = number(p50.median / of('ecp', size, 'p50').median)
              return [engines[engine], String(size), p50, of(engine, size, 'p99'), of(engine, size, 'perSecond'), ratio]
            }),
          ),
        },
      ],
      aims: [
        ...sizes.map((size) => ({
          text: `decide at ${size} rules, p50`,
          unit: 'us',
          limit: 3,
          is: 'at most' as const,
          measured: of('ecp', size, 'p50').median,
        })),
        {
          text: 'decide at 10,000 rules over 10 rules, p50',
          unit: 'times',
          limit: 1.5,
          is: 'at most',
          measured: of('ecp', 10_000, 'p50').median / of('ecp', 10, 'p50').median,
        },
      ],
      notes: [
        'One allow rule per tool, a condition (args.amount <= 500) on the one that is called; 256 distinct calls, a quarter denied.',
        'Only ecp also checks the arguments against the input schema, the pin, the budgets and the write controls, and gives reasons with places.',
        'Flat rules of agent-governance-sdk know no comparison: they get the answer of the condition as an input.',
        'The rules of a tool and the compiled check of its arguments are kept after the first decision about it, which is listed apart.',
        'A process of its own for each engine, size and round.',
      ],
    }
  },
}
