import { allApprovals, recordedRun, traceJson } from '@ecp/ledger'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { readLedger } from '../open-ledger.ts'
import { runOf } from '../run-reference.ts'
import { traceGraph } from '../trace/trace-graph.ts'
import { traceText } from '../trace/trace-text.ts'

export interface TraceOptions {
  readonly output: 'text' | 'graph' | 'json'
}

/** How much of a line of unknown length is printed into a pipe or file. */
const pipedWidth = 400

/** Tells one run. Throws `cli.not-found` when there is no such run. */
export async function trace(invocation: Invocation, reference: string, options: TraceOptions): Promise<ExitCode> {
  const { terminal, common } = invocation
  await using opened = await readLedger(invocation)
  const { ledger } = opened
  const { run } = runOf(ledger.runs(), reference)
  const records = [...ledger.records(run)].map(({ record }) => record)
  const recorded = recordedRun(run, records, (digest) => ledger.blob(digest), {
    asked: [...allApprovals(ledger, { run })],
    find: (id) => ledger.approval(id),
  })
  const width = terminal.columns ?? pipedWidth
  switch (common.json ? 'json' : options.output) {
    case 'text':
      terminal.out(traceText(recorded, terminal.paint, width))
      break
    case 'graph':
      terminal.out(traceGraph(recorded, terminal.paint, width))
      break
    case 'json':
      terminal.out(JSON.stringify(traceJson(recorded), null, 2))
      break
  }
  return exitCodes.done
}
