import { openSqliteLedger } from '../src/index.ts'
import { asked, done, run } from './samples.ts'

// One of several processes at one ledger. Arguments: file, name, how many actions, the budget.
const [file = '', name = '', actions = '0', budget = '0'] = process.argv.slice(2)
const ledger = openSqliteLedger({ file })
let allowed = 0
const { run: joined } = await ledger.openRun({ ...run(`run-of-${name}`), joinSince: 0 })
const one = async (index: number) => {
  const id = `${name}-${index}`
  const { decided } = await ledger.decide(
    asked(joined, id, {
      owner: `${process.pid}`,
      write: index % 3 === 0,
      draws: [
        { kind: 'count', bucket: 'calls', amount: 1 },
        { kind: 'reserve', bucket: 'usd', amount: 0.25 },
        { kind: 'busy', bucket: 'busy', amount: 0 },
      ],
      queries: [{ name: 'calls', bucket: 'calls', kind: 'total' }],
      effect: ({ calls = 0 }) => (calls < Number(budget) ? 'allow' : 'deny'),
    }),
  )
  // For a test that kills this process: from here on nobody may lose this decision.
  process.stdout.write(`${id} ${decided.decision.effect}\n`)
  if (decided.decision.effect !== 'allow') return
  allowed++
  await ledger.finish(done(joined, id, { draws: [{ kind: 'reserve', bucket: 'usd', amount: 0.125 }] }))
}
const lanes = Array.from({ length: 4 }, async (_, lane) => {
  for (let index = lane; index < Number(actions); index += 4) await one(index)
})
await Promise.all(lanes)
ledger.close()
process.stdout.write(`allowed ${allowed}\n`)
