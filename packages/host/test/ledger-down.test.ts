import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { boundary, faultsOf, request } from './boundary.ts'

const canMount = process.platform === 'linux' && process.getuid?.() === 0

/** A folder of so many kilobytes, on a file system of its own. */
function smallDisk(folder: string, kilobytes: number): void {
  mkdirSync(folder, { recursive: true })
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', folder])
  onTestFinished(() => {
    execFileSync('umount', ['-l', folder])
  })
}

describe('when nothing can be recorded, nothing is done', () => {
  test.skipIf(!canMount)('a full disk: denied until there is room again, and the ledger verifies', async () => {
    const world = boundary()
    smallDisk(join(world.folder, 'ledger'), 1_024)
    const host = await world.open()
    expect((await host.gate.perform(request('write', 1))).outcome.status).toBe('completed')
    const ballast = join(world.folder, 'ledger', 'ballast')
    fill(ballast)
    const full = await host.gate.perform(request('write', 2))
    expect(full.outcome).toMatchObject({ status: 'denied', error: { code: 'ledger.unavailable' } })
    rmSync(ballast)
    expect((await host.gate.perform(request('write', 3))).outcome.status).toBe('completed')
    await host.close()
    expect(world.witnessed().map(({ args }) => args?.n)).toEqual([1, 3])
    const ledger = world.ledger()
    expect(faultsOf(ledger)).toEqual([])
    ledger.close()
  })

  test('a ledger that is taken away while it is in use', async () => {
    const world = boundary()
    const host = await world.open()
    expect((await host.gate.perform(request('write', 1))).outcome.status).toBe('completed')
    renameSync(world.ledgerFile, `${world.ledgerFile}.gone`)
    const answer = await host.gate.perform(request('write', 2))
    expect(answer.outcome).toMatchObject({ status: 'denied', error: { code: 'ledger.unavailable' } })
    expect(answer.decision.reasons.map(({ code }) => code)).toEqual(['ledger.unavailable'])
    await host.close()
    expect(world.witnessed().map(({ args }) => args?.n)).toEqual([1])
  })

  test('a damaged ledger is not opened, and nothing of it is lost', async () => {
    const world = boundary()
    mkdirSync(join(world.folder, 'ledger'))
    writeFileSync(world.ledgerFile, 'this is not a ledger, but it may be dear to somebody\n'.repeat(200))
    const before = statSync(world.ledgerFile).size
    await expect(world.open()).rejects.toMatchObject({ code: 'ledger.damaged' })
    expect(statSync(world.ledgerFile).size).toBe(before)
    expect(world.witnessed()).toEqual([])
  })
})

function fill(file: string): void {
  const descriptor = openSync(file, 'w')
  try {
    for (;;) writeSync(descriptor, Buffer.alloc(4_096))
  } catch {
    // The disk is full now.
  } finally {
    closeSync(descriptor)
  }
}
