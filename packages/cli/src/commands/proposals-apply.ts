import {
  type Answer,
  applyProposal,
  type Host,
  isApprovedBy,
  isProposedUnder,
  openHost,
  type RecordedProposal,
  recordedProposal,
  refuseChanged,
  refuseOver,
  standingJson,
  standingOf,
  told,
} from '@ecp/host'
import { resultWords } from '@ecp/ledger'
import { approvalOf } from '../approvals/find-approval.ts'
import { giveAnswer } from '../approvals/give-answer.ts'
import { hostApprovers } from '../approvals/host-approvers.ts'
import { CliError } from '../error.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { machineOptions } from '../machine-options.ts'
import { readLedger } from '../open-ledger.ts'
import { visible, visibleJson, visibleLines } from '../terminal/visible.ts'
import { type AnswerOptions, cameOf, wordOf } from './approvals-answer.ts'

export interface ProposalsApplyOptions extends AnswerOptions {
  readonly context: string
}

/**
 * Performs a proposed action exactly as it was recorded, once: signs as `approvals approve` does, and when as many have signed as
 * the terms ask for, goes through the Gate under the same Context, inputs, client and principal. Everything that would stand in
 * the way is looked at before anything is written.
 */
export async function proposalsApply(
  invocation: Invocation,
  id: string,
  options: ProposalsApplyOptions,
): Promise<ExitCode> {
  const { terminal, common, now } = invocation
  const { context, ...answering } = options
  const word = wordOf('approve', answering)
  const proposed = await recorded(invocation, id)
  const { approvers } = await hostApprovers(invocation)
  const host = await open(invocation, context, proposed)
  try {
    const { ledger } = host
    const { proposal, action } = proposed
    refuseOver(standingOf(ledger, proposal, approvers, now()))
    await refuseChanged(host, context, proposed)
    terminal.err(`${visible(action.target, 120)} ${visibleJson(action.arguments, 400)}`)
    // Signed by as many as it takes, and not performed yet: there is nothing to be added.
    const isSigned = isApprovedBy(proposal, proposal.terms, approvers)
    const standing = isSigned
      ? standingOf(ledger, proposal, approvers, now())
      : await giveAnswer(invocation, ledger, proposal, approvers, word)
    if (standing.state !== 'approved') {
      terminal.out(common.json ? JSON.stringify(standingJson(standing)) : cameOf(standing))
      return exitCodes.waiting
    }
    const answer = await applyProposal(host, proposed)
    terminal.out(common.json ? JSON.stringify(answer, null, 2) : cameOfAction(answer))
    return codeOf(answer)
  } finally {
    await host.close()
  }
}

async function recorded(invocation: Invocation, id: string): Promise<RecordedProposal> {
  await using opened = await readLedger(invocation)
  return recordedProposal(opened.ledger, approvalOf(opened.ledger, id, ['proposal']))
}

async function open(invocation: Invocation, contextFile: string, proposed: RecordedProposal): Promise<Host> {
  const { terminal } = invocation
  const { proposal, start } = proposed
  const host = await openHost({
    ...machineOptions(invocation, (line) => terminal.err(`ecp: ${visible(line, 1_000)}`)),
    contextFile,
    inputs: start.inputs,
    client: start.client,
    principal: proposal.principal,
  })
  if (isProposedUnder(host, proposed)) return host
  await host.close()
  const { name, version: proposedBy } = start.context
  const message = `\`${contextFile}\` is not the Context that it was proposed under (${visible(name, 80)} ${visible(proposedBy, 40)}, sha-256 ${start.context.digest.slice(0, 12)}...)`
  throw new CliError('cli.refused', `${message}: name that one, or have the agent propose it again under this one`)
}

function cameOfAction(answer: Answer): string {
  const { outcome, result, rpcError, waiting } = answer
  if (result) return visibleLines(resultWords(result))
  if (rpcError) return `the server answered with an error: ${visible(rpcError.message)}`
  if (waiting !== undefined && outcome.status === 'pending')
    return `it is held as well, and waits for approval ${visible(waiting)}`
  const error = outcome.error ? `: ${visible(outcome.error.message)}` : ''
  return outcome.status === 'denied' ? visible(told(answer, true).text) : `${outcome.status}${error}`
}

function codeOf({ outcome }: Answer): ExitCode {
  switch (outcome.status) {
    case 'completed':
      return exitCodes.done
    case 'denied':
    case 'proposed':
    case 'rehearsed':
      return exitCodes.refused
    case 'pending':
      return exitCodes.waiting
    case 'unknown':
      return exitCodes.unknown
    case 'failed':
    case 'expired':
    case 'cancelled':
      return exitCodes.failed
  }
}
