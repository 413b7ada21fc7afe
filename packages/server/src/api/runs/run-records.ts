import { setImmediate } from 'node:timers/promises'
import type { Ledger } from '@ecp/ledger'
import type { LedgerRecord } from '@ecp/protocol'
import { ApiError } from '../api-error.ts'

/** Large results stand in a trace until they come to so many characters; the rest of them is left out. */
const maxLargeResults = 4_000_000
/** After so many records others get their turn. */
const recordsAtOnce = 500

/** The records of a run, in order. Throws `run.too-large` beyond `most`. */
export async function runRecords(
  ledger: Pick<Ledger, 'records'>,
  run: string,
  most: number,
): Promise<readonly LedgerRecord[]> {
  const records: LedgerRecord[] = []
  for (const { record } of ledger.records(run)) {
    records.push(record)
    if (records.length > most) {
      throw new ApiError(413, 'run.too-large', `the run has over ${most} records; \`ecp trace\` tells all of it`)
    }
    if (records.length % recordsAtOnce === 0) await setImmediate()
  }
  return records
}

/** Finds blobs until they come to too much for one answer. */
export function blobsUpTo(ledger: Pick<Ledger, 'blob'>): (digest: string) => string | undefined {
  let large = 0
  return (digest) => {
    if (large >= maxLargeResults) return undefined
    const text = ledger.blob(digest)
    large += text?.length ?? 0
    return text
  }
}
