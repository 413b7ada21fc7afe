import { type ExitCode, exitCodes } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { readLedger } from '../open-ledger.ts'
import { outputText, runOutput } from '../run/run-output.ts'
import { runState } from '../run/run-state.ts'
import { unknownActions } from '../run/unknown-actions.ts'
import { waitingLines } from '../run/waiting-lines.ts'
import { runOf } from '../run-reference.ts'
import { visible, visibleLines } from '../terminal/visible.ts'
import { counted, moment } from '../trace/words.ts'

/** How one run stands: what it came to; or what it waits for, what nobody knows of it, and the commands with which it goes on. */
export async function runsShow(invocation: Invocation, reference: string): Promise<ExitCode> {
  const { terminal, common } = invocation
  await using opened = await readLedger(invocation)
  const { ledger } = opened
  const found = runOf(ledger.runs(), reference)
  const { run, start, startedAt, endedAt, actions } = found
  const stands = runState(ledger, found)
  const { state, message, approvals, isResumable } = stands
  const unknown = endedAt === undefined ? unknownActions(ledger, run) : []
  const output = endedAt === undefined ? undefined : runOutput(ledger, run)
  if (common.json) {
    const came = output === undefined ? {} : { output }
    terminal.out(JSON.stringify({ ...found, ...stands, unknown, ...came }, null, 2))
    return exitCodes.done
  }
  const lines = [
    `run ${visible(run, 80)}: ${visible(state, 40)}`,
    `${visible(start.context.name, 80)} ${visible(start.context.version, 40)}, started ${moment(startedAt)} for ${visible(start.principal, 80)} through ${visible(start.client, 80)}, ${counted(actions, 'action')}`,
    ...(start.file === undefined ? [] : [`its Context is ${visible(start.file, 400)}`]),
    ...(message === undefined ? [] : [visibleLines(message)]),
    ...unknown.map(
      ({ action, target, executor, key }) =>
        `\`${visible(target, 120)}\` of ${visible(executor, 80)} (${visible(key, 200)}): nobody knows whether it happened: \`ecp runs settle ${run} ${action} --happened\`, \`--did-not-happen\` or \`--retry\``,
    ),
    ...(approvals.length > 0
      ? waitingLines(ledger, run, approvals)
      : isResumable
        ? [`\`ecp resume ${run}\` goes on with it, \`ecp cancel ${run}\` ends it`]
        : []),
    ...(output === undefined ? [] : ['', outputText(output)]),
  ]
  terminal.out(lines.join('\n'))
  return exitCodes.done
}
