import type { RunSummary } from '@ecp/ledger'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { readLedger } from '../open-ledger.ts'
import { type Cell, table } from '../terminal/table.ts'
import { visible } from '../terminal/visible.ts'
import { moment } from '../trace/words.ts'

const head = ['run', 'started', 'status', 'actions', 'denied', 'in flight', 'client', 'executor', 'context']

/** The runs of the ledger, the newest first. */
export async function traceList(invocation: Invocation): Promise<ExitCode> {
  const { terminal, common } = invocation
  await using opened = await readLedger(invocation)
  const runs = opened.ledger.runs().toSorted((a, b) => b.startedAt - a.startedAt)
  if (common.json) terminal.out(JSON.stringify(runs, null, 2))
  else if (runs.length === 0) terminal.err(`no runs in ${visible(opened.file)}`)
  else terminal.out(table({ head, rows: runs.map(row) }, terminal.paint, terminal.columns))
  return exitCodes.done
}

function row({ run, start, startedAt, status, actions, denied, inFlight }: RunSummary): Cell[] {
  return [
    { text: visible(run, 80) },
    { text: moment(startedAt).slice(0, 19) },
    { text: visible(status, 20), ...(status === 'running' ? { style: 'warn' } : {}) },
    { text: String(actions) },
    { text: String(denied), ...(denied > 0 ? { style: 'bad' } : {}) },
    { text: String(inFlight), ...(inFlight > 0 ? { style: 'warn' } : {}) },
    { text: visible(start.client, 40) },
    { text: visible(start.executor, 40), style: 'name' },
    { text: visible(`${start.context.name} ${start.context.version}`, 80) },
  ]
}
