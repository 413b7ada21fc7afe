import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openSqliteLedger } from '../src/index.ts'
import { temporaryFolder } from './folder.ts'
import { asked, run } from './samples.ts'

const [dead, living] = ['process-1', 'process-2']
const isAlive = (owner: string) => owner === living

/** A run that a process left with a write in flight, at 2 s, and died. */
async function cutOff() {
  const ledger = openSqliteLedger({ file: join(temporaryFolder(), 'ledger.db') })
  onTestFinished(() => ledger.close())
  await ledger.openRun(run('r', 1_000, { owner: dead, file: '/context.yaml' }))
  const draws = [{ kind: 'busy', bucket: 'time', amount: 0 }] as const
  await ledger.decide(asked('r', 'a', { owner: dead, write: true, draws }))
  return ledger
}
const resume = { run: 'r', at: 90_000, by: 'ada', owner: living, isAlive }

test('one process at a time carries a run; what the one before left in flight gets its outcome, and took no time since', async () => {
  const ledger = await cutOff()
  expect(ledger.carriedRuns()).toMatchObject([{ run: 'r', owner: dead, status: 'running' }])
  await ledger.resumeRun(resume)
  await expect(ledger.resumeRun(resume)).rejects.toMatchObject({ code: 'ledger.run-taken' })
  expect(ledger.journal('r').actions.get('a')?.outcome?.status).toBe('unknown')
  // In flight since 2 s, and the last that its process wrote was then, too.
  expect(await ledger.counters([{ name: 'n', bucket: 'time', kind: 'busy' }], 95_000)).toEqual({ n: 0 })
  expect(ledger.carriedRun('r')).toMatchObject({ owner: living })
  expect(ledger.verify().faults).toEqual([])
})

test('what a person says of an action of unknown outcome is recorded, once', async () => {
  const ledger = await cutOff()
  const settled = { action: 'a', as: 'retry', by: 'ada' } as const
  await expect(ledger.settleAction('r', 3_000, settled)).rejects.toMatchObject({ code: 'ledger.action-settled' })
  await ledger.recover(3_000, isAlive)
  await ledger.settleAction('r', 4_000, settled)
  await expect(ledger.settleAction('r', 5_000, settled)).rejects.toThrow('was settled already by `ada` as `retry`')
  expect(ledger.journal('r').actions.get('a')).toMatchObject({ settled })
  expect(ledger.verify().faults).toEqual([])
})

test('a run that is paused keeps its reason until it is resumed, and has not ended', async () => {
  const ledger = await cutOff()
  await ledger.pauseRun('r', 3_000, { status: 'waiting', approvals: ['p'], message: 'a person has to answer' })
  await ledger.append('r', 3_001, 'plan.made', {})
  expect(ledger.allRuns({ status: 'waiting', limit: 9 })).toMatchObject([{ run: 'r', status: 'waiting' }])
  expect(ledger.carriedRun('r')).toMatchObject({ paused: { approvals: ['p'] } })
  expect(ledger.carriedRun('r')?.owner).toBeUndefined()
  await ledger.resumeRun(resume)
  expect(ledger.run('r')).toMatchObject({ status: 'running' })
  expect(ledger.verify().faults).toEqual([])
})

test('a run is cancelled at once where nobody carries it; otherwise whoever does is asked, and it cannot be resumed', async () => {
  const ledger = await cutOff()
  await ledger.resumeRun(resume)
  expect(await ledger.cancelRun({ run: 'r', at: 91_000, by: 'ada', isAlive })).toBe('asked')
  expect(ledger.isCancelled('r')).toBe(true)
  const again = { ...resume, at: 92_000, isAlive: () => false }
  await expect(ledger.resumeRun(again)).rejects.toMatchObject({ code: 'ledger.run-cancelled' })
  expect(await ledger.cancelRun({ run: 'r', at: 93_000, by: 'ada', isAlive: () => false })).toBe('ended')
  expect(ledger.run('r')).toMatchObject({ status: 'cancelled', endedAt: 93_000 })
  await expect(ledger.resumeRun(again)).rejects.toMatchObject({ code: 'ledger.run-ended' })
  expect(ledger.verify().faults).toEqual([])
})

test('how long a run was carried: not in a queue, while all that is under way waits for people, while it is paused, or after its process was gone', async () => {
  const ledger = openSqliteLedger({ file: join(temporaryFolder(), 'ledger.db') })
  onTestFinished(() => ledger.close())
  await ledger.openRun(run('r', 1_000, { owner: dead, file: '/context.yaml' }))
  const carried = () => ledger.journal('r').carriedMs
  // Ten seconds in a queue.
  await ledger.append('r', 11_000, 'executor.started', {})
  await ledger.decide(asked('r', 'reads', { owner: dead, at: 12_000 }))
  expect(carried()).toBe(1_000)
  // It waits from 13 s on, while something else goes on until 15 s; until 60 s nothing does.
  await ledger.decide(asked('r', 'writes', { owner: dead, at: 13_000, effect: 'hold' }))
  await ledger.finish({ run: 'r', action: 'reads', at: 15_000, outcome: { status: 'completed', durationMs: 3_000 } })
  expect(carried()).toBe(4_000)
  await ledger.pauseRun('r', 60_000, { status: 'waiting', message: 'a person has to answer' })
  expect(carried()).toBe(4_000)
  // The next part is killed in a write at 92 s, which is found at 99 s.
  await ledger.resumeRun({ ...resume, owner: dead })
  await ledger.decide(asked('r', 'writes-2', { owner: dead, at: 92_000, write: true }))
  await ledger.recover(99_000, isAlive)
  expect(carried()).toBe(6_000)
  await ledger.resumeRun({ ...resume, at: 200_000 })
  await ledger.append('r', 200_500, 'plan.made', {})
  expect(carried()).toBe(6_500)
})
