import type { DatabaseSync } from 'node:sqlite'
import { LedgerError } from '../error.ts'

/**
 * node:sqlite, loaded on first use. Before Node 24.13 or so loading it prints an ExperimentalWarning, which says nothing to
 * the person at the terminal: that one warning is left out.
 */
export function sqlite(): typeof import('node:sqlite') {
  const emit = process.emitWarning
  process.emitWarning = () => {}
  try {
    return process.getBuiltinModule('node:sqlite')
  } finally {
    process.emitWarning = emit
  }
}

/** SQLite's primary result code of an error, or undefined for one that is not SQLite's. */
export function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined
  return error.errcode & 0xff
}

export const busy = 5
const locked = 6
const readOnly = 8
const corrupt = 11
const full = 13
const tooBig = 18
const constraint = 19
const mismatch = 20
const notADatabase = 26

/** Whether SQLite refused one value, rather than being unable to write at all. */
export function isOfOneRequest(code: number): boolean {
  return code === tooBig || code === constraint || code === mismatch
}

/** The ledger's error for what SQLite or the file system threw; anything else is returned as it is. */
export function ledgerError(error: unknown, file: string): unknown {
  if (error instanceof LedgerError || !(error instanceof Error)) return error
  const text = `\`${file}\`: ${error.message}`
  switch (resultCode(error)) {
    case undefined:
      break
    case busy:
    case locked:
      return new LedgerError('ledger.busy', `ledger is held by another process ${text}`)
    case full:
      return new LedgerError('ledger.full', `no room left for the ledger ${text}`)
    case corrupt:
    case notADatabase:
      return new LedgerError('ledger.damaged', `ledger cannot be read ${text}`)
    case readOnly:
      return new LedgerError('ledger.unavailable', `ledger cannot be written ${text}`)
    default:
      return new LedgerError('ledger.unavailable', `ledger does not answer ${text}`)
  }
  if ('code' in error && error.code === 'ERR_INVALID_STATE') {
    return new LedgerError('ledger.closed', `ledger is closed \`${file}\``)
  }
  if ('syscall' in error) return new LedgerError('ledger.unavailable', `ledger does not answer ${text}`)
  return error
}

export type Database = DatabaseSync
