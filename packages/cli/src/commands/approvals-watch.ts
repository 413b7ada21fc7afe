import { setTimeout as pause } from 'node:timers/promises'
import { type Standing, standingOf } from '@ecp/host'
import { allApprovals, type Ledger } from '@ecp/ledger'
import { askPerson } from '../approvals/ask-person.ts'
import { type HostApprovers, hostApprovers } from '../approvals/host-approvers.ts'
import { showText } from '../approvals/show-text.ts'
import type { SigningOptions } from '../approvals/signer.ts'
import { isExpected } from '../error.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { writeLedger } from '../open-ledger.ts'
import { visible } from '../terminal/visible.ts'
import { cameOf } from './approvals-answer.ts'
import { shownJson, shownOf } from './approvals-show.ts'

/** How often (ms) the ledger is looked at: whoever asks does so in another process. */
const lookMs = 200

/**
 * Shows every held or proposed action as it comes, those that wait already first, until it is interrupted. On a terminal it
 * asks for an answer to each; with `--json` each is one line.
 */
export async function approvalsWatch(invocation: Invocation, options: SigningOptions): Promise<ExitCode> {
  const { terminal, common, now } = invocation
  const host = await hostApprovers(invocation)
  await using opened = await writeLedger(invocation)
  const { ledger, file } = opened
  const interruption = invocation.interruption()
  const seen = new Set<string>()
  terminal.err(`watching ${visible(file)}; Ctrl-C ends it`)
  while (!interruption.aborted) {
    const waiting = [...allApprovals(ledger, { state: 'pending' })].reverse()
    for (const approval of waiting.filter((one) => !seen.has(one.approval))) {
      seen.add(approval.approval)
      const standing = standingOf(ledger, approval, host.approvers, now())
      if (standing.state !== 'pending') continue
      const shown = await shownOf(ledger, host, standing)
      if (common.json) terminal.out(JSON.stringify(shownJson(shown)))
      else terminal.out(`${showText(shown, terminal.paint, now())}\n`)
      if (!common.json && terminal.interactive) await ask(invocation, ledger, host, standing, options)
    }
    await pause(lookMs, undefined, { signal: interruption }).catch(() => undefined)
  }
  return exitCodes.interrupted
}

async function ask(
  invocation: Invocation,
  ledger: Ledger,
  host: HostApprovers,
  standing: Standing,
  options: SigningOptions,
): Promise<void> {
  const { terminal } = invocation
  if (standing.approval.kind === 'proposal') terminal.err('a proposal: `ecp proposals apply` performs it')
  try {
    const after = await askPerson(invocation, ledger, host.approvers, standing.approval, options)
    if (after) terminal.out(cameOf(after))
  } catch (error) {
    if (!isExpected(error) || error.code === 'cli.interrupted') throw error
    // It waits on, and so do those after it.
    terminal.err(`ecp: ${visible(error.message, 1_000)}`)
  }
}
