import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { HostError } from '../error.ts'

const pauseMs = 20
const longestMs = 60_000
const busy = 5

/**
 * Runs `work` while nobody else, in this process or another one, runs anything under the same lock. The lock is SQLite's on an
 * empty file: the operating system gives it back when a process dies, so that none is left behind. Throws `host.refused` when it
 * is not to be had within a minute.
 */
export async function locked<T>(file: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const { DatabaseSync } = sqlite()
  const lock = new DatabaseSync(file, { timeout: 0 })
  try {
    for (let waited = 0; !taken(file, lock); waited += pauseMs) {
      if (waited >= longestMs)
        throw new HostError('host.refused', `\`${file}\` is held by another process for a minute`)
      await wait(pauseMs)
    }
    return await work()
  } finally {
    lock.close()
  }
}

function taken(file: string, lock: { exec(sql: string): void }): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return true
  } catch (cause) {
    if (((cause as { errcode?: number }).errcode ?? 0) % 256 === busy) return false // reason: looked at only
    throw new HostError('host.refused', `the lock \`${file}\` cannot be had: ${(cause as Error).message}`) // reason: SQLite throws only Errors
  }
}

/** Before Node 24.13 or so loading it prints an ExperimentalWarning, which says nothing to the person at the terminal. */
function sqlite(): typeof import('node:sqlite') {
  const emit = process.emitWarning
  process.emitWarning = () => {}
  try {
    return process.getBuiltinModule('node:sqlite')
  } finally {
    process.emitWarning = emit
  }
}
