import { type RecordedRun, recordedRun, traceJson } from '@ecp/ledger'
import type { Span, Trace } from '@ecp/protocol'
import type { Caller } from '../../http/caller.ts'
import { type ToldDecision, toldDecision } from '../told-decision.ts'
import { blobsUpTo, runRecords } from './run-records.ts'

/** A run with more records is told by `ecp trace`, not in one answer. */
const maxRecords = 20_000

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
  const recorded = recordedRun(run, await runRecords(ledger, run, maxRecords), blobsUpTo(ledger))
  const own = recorded.actions.filter(({ action }) => action.principal === caller.principal)
  return told(caller, { ...recorded, actions: own })
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
