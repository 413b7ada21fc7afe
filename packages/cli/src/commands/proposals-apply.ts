import { type Answer, type Host, isApprovedBy, openHost, type PerformedKind, told } from '@ecp/host'
import { type Approval, resultWords } from '@ecp/ledger'
import type { Action, RunStarted } from '@ecp/protocol'
import { approvalOf } from '../approvals/find-approval.ts'
import { giveAnswer, refuseOver } from '../approvals/give-answer.ts'
import { hostApprovers } from '../approvals/host-approvers.ts'
import { decisionOf, standingJson, standingOf } from '../approvals/standing.ts'
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

interface Recorded {
  readonly proposal: Approval
  readonly action: Action
  readonly start: RunStarted
}

const performed: readonly string[] = [
  'tool.call',
  'resource.read',
  'prompt.get',
  'completion.get',
] satisfies PerformedKind[]

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
  const recorded = await recordedProposal(invocation, id)
  const { approvers } = await hostApprovers(invocation)
  const host = await open(invocation, context, recorded)
  try {
    const { ledger } = host
    const { proposal, action } = recorded
    refuseOver(standingOf(ledger, proposal, approvers, now()))
    await refuseChanged(host, context, recorded)
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
    const answer = await host.gate.perform({ ...asRecorded(action), applied: proposal.approval })
    terminal.out(common.json ? JSON.stringify(answer, null, 2) : cameOfAction(answer))
    return codeOf(answer)
  } finally {
    await host.close()
  }
}

async function recordedProposal(invocation: Invocation, id: string): Promise<Recorded> {
  await using opened = await readLedger(invocation)
  const { ledger } = opened
  const proposal = approvalOf(ledger, id, 'proposal')
  const action = decisionOf(ledger, proposal)?.action
  const start = ledger.run(proposal.run)?.start
  if (action && start && performed.includes(action.kind)) return { proposal, action, start }
  const why = action && start ? `\`${action.kind}\` is nothing that ecp performs` : 'its records are missing'
  throw new CliError('cli.refused', `proposal \`${visible(proposal.approval, 80)}\` cannot be applied here: ${why}`)
}

async function open(invocation: Invocation, contextFile: string, { proposal, start }: Recorded): Promise<Host> {
  const { terminal } = invocation
  const host = await openHost({
    ...machineOptions(invocation, (line) => terminal.err(`ecp: ${visible(line, 1_000)}`)),
    contextFile,
    inputs: start.inputs,
    client: start.client,
    principal: proposal.principal,
  })
  if (host.context.digest === start.context.digest) return host
  await host.close()
  const { name, version: proposedBy } = start.context
  const message = `\`${contextFile}\` is not the Context that it was proposed under (${visible(name, 80)} ${visible(proposedBy, 40)}, sha-256 ${start.context.digest.slice(0, 12)}...)`
  throw new CliError('cli.refused', `${message}: name that one, or have the agent propose it again under this one`)
}

/** Throws `cli.refused` where the Gate would not let it be applied now, before a person signs for it. */
async function refuseChanged(host: Host, context: string, { proposal, action }: Recorded): Promise<void> {
  const decision = await host.gate.evaluate(asRecorded(action))
  if (decision.effect === 'deny') {
    const why = decision.reasons
      .filter(({ code }) => code !== 'write.proposed')
      .map(({ code, message }) => `${code}: ${message}`)
    throw new CliError('cli.refused', `it is denied now: ${visible(why.join('; '), 1_000)}`)
  }
  if (decision.policyDigest === proposal.policyDigest) return
  const message = `policy, wiring or pins have changed since it was proposed under \`${context}\``
  throw new CliError(
    'cli.refused',
    `${message}: the agent has to propose it again; \`ecp proposals drop\` removes this one`,
  )
}

function asRecorded({ kind, target, arguments: args, extra, executor }: Action) {
  return {
    kind: kind as PerformedKind, // reason: `recordedProposal` lets no other kind through
    target,
    arguments: args,
    ...(extra ? { extra } : {}),
    executor,
    origin: 'operator' as const,
  }
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
