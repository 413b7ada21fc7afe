import {
  type Answer,
  applyProposal,
  approversOf,
  type Host,
  HostError,
  isProposedUnder,
  type Machine,
  type RecordedProposal,
  recordedProposal,
  refuseChanged,
  refuseOver,
  standingOf,
  told,
} from '@ecp/host'
import { type Approval, resultWords } from '@ecp/ledger'
import type { OperatorApplied } from '@ecp/protocol'
import { operatorClients } from './clients.ts'
import type { OperatorDesk } from './operator-desk.ts'
import { OperatorError } from './operator-error.ts'
import { shownApproval } from './shown-approval.ts'

/**
 * Performs a proposal that is approved, exactly as it was recorded, once, as `ecp proposals apply` does. Throws
 * `proposal.refused`, `proposal.not-approved` and `approval.over` for what stands in the way: then nothing was done.
 */
export function applied(desk: OperatorDesk, proposal: Approval): Promise<OperatorApplied> {
  return desk.during(async (machine) => {
    const { ledger, config } = machine
    if (proposal.kind !== 'proposal') {
      const message = 'it is held, not proposed: the agent calls again, and it runs'
      throw new OperatorError(409, 'proposal.refused', message)
    }
    const standing = standingOf(ledger, proposal, approversOf(config.layers), desk.now())
    refuseOver(standing)
    const { approvedBy } = standing
    if (standing.state !== 'approved') {
      const message = `${approvedBy} of ${proposal.terms.quorum} have approved it; it is applied once all have`
      throw new OperatorError(409, 'proposal.not-approved', message)
    }
    const recorded = recordedProposal(ledger, proposal)
    const { host, file } = await boundaryOf(desk, machine, recorded)
    try {
      await refuseChanged(host, file, recorded)
      desk.log(`console: proposal ${proposal.approval} is applied`)
      const answer = await applyProposal(host, recorded)
      const after = await shownApproval(machine, ledger.approval(proposal.approval) ?? proposal, desk.now())
      return { ...cameOf(answer), approval: after }
    } finally {
      await host.close()
    }
  })
}

/** The boundary that it was proposed at: of a Context that somebody who may connect here has, word for word the same. */
async function boundaryOf(
  desk: OperatorDesk,
  machine: Machine,
  recorded: RecordedProposal,
): Promise<{ readonly host: Host; readonly file: string }> {
  const { proposal, start } = recorded
  const clients = await operatorClients(desk)
  // Its own client's first.
  const files = clients.toSorted((a, b) => Number(b.name === start.client) - Number(a.name === start.client))
  for (const file of new Set(files.map(({ context }) => context))) {
    const host = await admitted(machine, file, recorded)
    if (host && isProposedUnder(host, recorded)) return { host, file }
    await host?.close()
  }
  const { name, version } = start.context
  const message = `nobody who may connect here has the Context that it was proposed under (${name} ${version}), as it was then`
  const instead = `\`ecp proposals apply ${proposal.approval} --context FILE\` names one`
  throw new HostError('proposal.refused', `${message}; ${instead}`)
}

async function admitted(machine: Machine, contextFile: string, { proposal, start }: RecordedProposal) {
  try {
    const { inputs, client } = start
    return await machine.admit({ contextFile, inputs, client, principal: proposal.principal })
  } catch {
    return undefined // one that cannot be opened with these inputs is not the one
  }
}

function cameOf(answer: Answer): Omit<OperatorApplied, 'approval'> {
  const { outcome, decision, waiting } = answer
  return {
    status: outcome.status,
    text: wordsOf(answer),
    codes: decision.reasons.map(({ code }) => code),
    ...(waiting === undefined ? {} : { waiting }),
  }
}

function wordsOf(answer: Answer): string {
  const { outcome, result, rpcError, waiting } = answer
  if (result) return resultWords(result)
  if (rpcError) return `the server answered with an error: ${rpcError.message}`
  if (waiting !== undefined && outcome.status === 'pending')
    return `it is held as well, and waits for approval ${waiting}`
  return outcome.status === 'denied' ? told(answer, true).text : (outcome.error?.message ?? outcome.status)
}
