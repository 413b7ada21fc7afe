import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { openSqliteLedger } from '../src/index.ts'
import { temporaryFolder } from './folder.ts'
import { asked, run } from './samples.ts'

function worker(...args: (string | number)[]): ChildProcessByStdio<null, Readable, null> {
  const script = fileURLToPath(new URL('./worker.ts', import.meta.url))
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--conditions=ecp-source', script, ...args.map(String)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return child
}

test('eight processes that start at once share one new ledger, one run and one budget', {
  timeout: 120_000,
}, async () => {
  const file = join(temporaryFolder(), 'new', 'ledger.db')
  const budget = 100
  const allowed = await Promise.all(
    Array.from({ length: 8 }, async (_, index) => {
      const child = worker(file, `p${index}`, 30, budget)
      let last = ''
      for await (const line of createInterface({ input: child.stdout })) last = line
      if (child.exitCode === null) await once(child, 'exit')
      expect([index, child.exitCode]).toEqual([index, 0])
      return Number(last.replace('allowed ', ''))
    }),
  )
  expect(allowed.reduce((sum, of) => sum + of, 0)).toBe(budget)
  const ledger = openSqliteLedger({ file, readOnly: true })
  const [only, ...others] = ledger.runs()
  expect(others).toEqual([])
  expect(only).toMatchObject({ actions: 240, denied: 140, inFlight: 0 })
  expect(ledger.verify()).toMatchObject({ runs: 1, faults: [] })
  ledger.close()
})

test('a process that is killed while it writes, again and again, loses no decision that it knew of', {
  timeout: 120_000,
}, async () => {
  const file = join(temporaryFolder(), 'ledger.db')
  const known: string[] = []
  for (let round = 0; round < 12; round++) {
    const child = worker(file, `k${round}`, 10_000, 1_000_000)
    let lines = 0
    for await (const line of createInterface({ input: child.stdout })) {
      known.push(line)
      // Somewhere between the first transaction and the last, elsewhere each time.
      if (++lines === 1 + round * 7) child.kill('SIGKILL')
    }
    const ledger = openSqliteLedger({ file })
    expect(ledger.verify().faults).toEqual([])
    const recovered = await ledger.recover(9_000 + round, () => false)
    for (const { outcome } of recovered) expect(['failed', 'unknown']).toContain(outcome.status)
    ledger.close()
  }
  const ledger = openSqliteLedger({ file })
  const runs = ledger.runs().map((summary) => summary.run)
  const decided = new Set(
    runs.flatMap((id) =>
      [...ledger.records(id)].flatMap(({ record }) =>
        record.kind === 'action.decided' ? [`${record.body.action.id} ${record.body.decision.effect}`] : [],
      ),
    ),
  )
  expect(known.filter((line) => line.includes(' ') && !decided.has(line))).toEqual([])
  expect(known.length).toBeGreaterThan(12)
  expect(ledger.inFlight()).toEqual([])
  // And it goes on.
  await ledger.openRun(run('after'))
  await ledger.decide(asked('after', '1'))
  expect(ledger.verify().faults).toEqual([])
  ledger.close()
})
