import type { RunSummary } from '@ecp/ledger'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { readLedger } from '../open-ledger.ts'
import { type RunState, runState } from '../run/run-state.ts'
import { type Cell, table } from '../terminal/table.ts'
import { visible } from '../terminal/visible.ts'
import { moment } from '../trace/words.ts'

export interface RunsListOptions {
  /** Those that have ended, too. */
  readonly all?: boolean
}

const head = ['run', 'started', 'state', 'actions', 'client', 'context', 'waits for']

/** The runs that have not ended, the newest first, and what each waits for. */
export async function runsList(invocation: Invocation, { all }: RunsListOptions): Promise<ExitCode> {
  const { terminal, common } = invocation
  await using opened = await readLedger(invocation)
  const { ledger } = opened
  const runs = ledger
    .runs()
    .filter(({ endedAt }) => all || endedAt === undefined)
    .toSorted((a, b) => b.startedAt - a.startedAt)
    .map((summary) => ({ ...summary, ...runState(ledger, summary) }))
  if (common.json) terminal.out(JSON.stringify(runs, null, 2))
  else if (runs.length === 0) terminal.err(`no runs that have not ended in ${visible(opened.file)}`)
  else terminal.out(table({ head, rows: runs.map(row) }, terminal.paint, terminal.columns))
  return exitCodes.done
}

function row({ run, start, startedAt, actions, endedAt, state, approvals }: RunSummary & RunState): Cell[] {
  return [
    { text: visible(run, 80) },
    { text: moment(startedAt).slice(0, 19) },
    { text: visible(state, 20), ...(endedAt === undefined && state !== 'running' ? { style: 'warn' } : {}) },
    { text: String(actions) },
    { text: visible(start.client, 40) },
    { text: visible(`${start.context.name} ${start.context.version}`, 80) },
    { text: visible(approvals.join(', '), 120) },
  ]
}
