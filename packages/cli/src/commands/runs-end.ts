import { CliError } from '../error.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { writeLedger } from '../open-ledger.ts'
import { runOf } from '../run-reference.ts'

/** Ends the run of a gateway's client: its next action begins another one, with budgets of its own. */
export async function runsEnd(invocation: Invocation, reference: string): Promise<ExitCode> {
  const { terminal, common, now, user } = invocation
  await using opened = await writeLedger(invocation)
  const { ledger } = opened
  const { run, start, endedAt, status } = runOf(ledger.runs(), reference)
  if (endedAt !== undefined) throw new CliError('cli.refused', `run \`${run}\` has ended already, as \`${status}\``)
  if (start.owner !== undefined) {
    throw new CliError(
      'cli.refused',
      `run \`${run}\` is carried by a process of its own: \`ecp cancel ${run}\` ends it`,
    )
  }
  await ledger.endRun(run, now(), 'ended', `ended by ${user}`)
  if (common.json) terminal.out(JSON.stringify({ run, status: 'ended' }, null, 2))
  else terminal.err(`run ${run} has ended`)
  return exitCodes.done
}
