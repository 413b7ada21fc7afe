import { LedgerError } from '../error.ts'

type Row = Record<string, unknown>

/** A number in a row. Throws `ledger.damaged` when it is something else. */
export function number(row: Row, column: string): number {
  const value = row[column]
  if (typeof value !== 'number') throw odd(column)
  return value
}

/** A text in a row. Throws `ledger.damaged` when it is something else. */
export function text(row: Row, column: string): string {
  const value = row[column]
  if (typeof value !== 'string') throw odd(column)
  return value
}

function odd(column: string): LedgerError {
  return new LedgerError('ledger.damaged', `a row of the ledger has no usable \`${column}\``)
}
