import { setImmediate } from 'node:timers/promises'
import { type RecordedRun, recordedRun, traceJson } from '@ecp/ledger'
import type { LedgerRecord, Span, Trace } from '@ecp/protocol'
import type { Caller } from '../../http/caller.ts'
import { ApiError } from '../api-error.ts'
import { type ToldDecision, toldDecision } from '../told-decision.ts'

/** A run with more records is told by `ecp trace`, not in one answer. */
const maxRecords = 20_000
/** Large results stand in the trace until they come to so many characters; the rest of them is left out. */
const maxLargeResults = 4_000_000
/** After so many records others get their turn. */
const recordsAtOnce = 500

/** {@link Trace}, as the program whose run it is may see it. */
export interface OwnTrace extends Omit<Trace, 'spans'> {
  readonly spans: readonly (Omit<Span, 'decision'> & { readonly decision?: ToldDecision })[]
}

/**
 * The trace of a run of the caller. Of decisions it says no more than was said when they were made (`toldDecision`). What the
 * records hold beside actions (inputs, digests, versions) is the operator's and is not in it. Throws `run.too-large`.
 */
export async function ownTrace(caller: Caller, run: string): Promise<OwnTrace> {
  const { ledger } = caller.host
  let large = 0
  const recorded = recordedRun(run, await recordsOf(caller, run), (digest) => {
    if (large >= maxLargeResults) return undefined
    const text = ledger.blob(digest)
    large += text?.length ?? 0
    return text
  })
  const own = recorded.actions.filter(({ action }) => action.principal === caller.principal)
  return told(caller, { ...recorded, actions: own })
}

async function recordsOf({ host: { ledger } }: Caller, run: string): Promise<readonly LedgerRecord[]> {
  const records: LedgerRecord[] = []
  for (const { record } of ledger.records(run)) {
    records.push(record)
    if (records.length > maxRecords) {
      throw new ApiError(413, 'run.too-large', `the run has over ${maxRecords} records; \`ecp trace\` tells all of it`)
    }
    if (records.length % recordsAtOnce === 0) await setImmediate()
  }
  return records
}

function told(caller: Caller, run: RecordedRun): OwnTrace {
  const actions = new Map(run.actions.map((one) => [one.action.id, one]))
  const { spans, ...trace } = traceJson(run)
  return {
    ...trace,
    spans: spans.map(({ decision: _, ...span }) => {
      const found = actions.get(span.actionId ?? '')
      return found ? { ...span, decision: toldDecision(caller, found.action, found.decision) } : span
    }),
  }
}
