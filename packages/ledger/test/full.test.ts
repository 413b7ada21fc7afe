import { spawnSync } from 'node:child_process'
import { existsSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openSqliteLedger } from '../src/index.ts'
import { temporaryFolder } from './folder.ts'
import { asked, done, run } from './samples.ts'

/** A disk of its own with little room; undefined where this user may not mount one. */
function smallDisk(): string | undefined {
  const folder = temporaryFolder()
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder])
  if (mounted.status !== 0) return undefined
  onTestFinished(() => {
    spawnSync('umount', [folder])
  })
  return folder
}

test('a full disk: every decision fails, nothing is half-written, and with room again it goes on', async ({ skip }) => {
  const disk = smallDisk()
  if (disk === undefined) return skip('needs the right to mount a tmpfs')
  const ledger = openSqliteLedger({ file: join(disk, 'ledger.db') })
  onTestFinished(() => ledger.close())
  const filler = join(disk, 'filler')
  await ledger.openRun(run('a'))
  await ledger.decide(asked('a', 'first', { write: true }))
  writeFileSync(filler, '')
  let decided = 1
  try {
    for (;;) writeFileSync(filler, Buffer.alloc(4096), { flag: 'a' })
  } catch {
    // Full.
  }
  let failure: unknown
  for (let index = 0; failure === undefined; index++) {
    try {
      await ledger.decide(asked('a', `${index}`, { draws: [{ kind: 'count', bucket: 'calls', amount: 1 }] }))
      decided++
    } catch (error) {
      failure = error
    }
    expect(index).toBeLessThan(10_000)
  }
  expect(failure).toMatchObject({ code: 'ledger.full' })
  await expect(ledger.decide(asked('a', 'x', { write: true }))).rejects.toMatchObject({ code: 'ledger.full' })
  await expect(ledger.finish(done('a', 'first'))).rejects.toMatchObject({ code: 'ledger.full' })
  expect(ledger.inFlight()).toHaveLength(decided)
  expect(existsSync(filler)).toBe(true)
  unlinkSync(filler)
  expect(await ledger.finish(done('a', 'first'))).toBe(true)
  await ledger.decide(asked('a', 'again', { write: true }))
  expect(ledger.verify().faults).toEqual([])
})

test('a disk that can only be read: opening for writing fails, reading works', async ({ skip }) => {
  const disk = smallDisk()
  if (disk === undefined) return skip('needs the right to mount a tmpfs')
  const file = join(disk, 'ledger.db')
  const writer = openSqliteLedger({ file })
  await writer.openRun(run('a'))
  writer.close()
  expect(spawnSync('mount', ['-o', 'remount,ro', disk]).status).toBe(0)
  expect(() => openSqliteLedger({ file })).toThrow(expect.objectContaining({ code: 'ledger.unavailable' }))
  const reader = openSqliteLedger({ file, readOnly: true })
  onTestFinished(() => reader.close())
  expect(reader.verify()).toMatchObject({ records: 2, faults: [] })
})
