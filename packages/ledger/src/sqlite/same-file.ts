import { statSync } from 'node:fs'
import { LedgerError } from '../error.ts'

/**
 * SQLite goes on writing to a file that was removed or replaced, where nobody will ever read it. So before each
 * transaction: is what the path names still what was opened?
 */
export function sameFile(file: string): () => void {
  const identity = (path: string) => {
    const stats = statSync(path, { throwIfNoEntry: false })
    return stats && `${stats.dev}:${stats.ino}`
  }
  const opened = identity(file)
  let log: string | undefined
  return () => {
    if (identity(file) !== opened) {
      throw new LedgerError('ledger.unavailable', `ledger \`${file}\` was removed or replaced while it was open`)
    }
    const now = identity(`${file}-wal`)
    if (log !== undefined && now !== log) {
      throw new LedgerError('ledger.unavailable', `\`${file}-wal\`, a part of the ledger, was removed or replaced`)
    }
    log = now
  }
}
