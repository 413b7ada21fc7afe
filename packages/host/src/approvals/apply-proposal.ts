import type { Approval, Ledger } from '@ecp/ledger'
import type { Action, RunStarted } from '@ecp/protocol'
import { HostError } from '../error.ts'
import type { Answer, PerformedKind } from '../gate/request.ts'
import type { Host } from '../host.ts'

/** A proposal with what is on record of it. */
export interface RecordedProposal {
  readonly proposal: Approval
  readonly action: Action & { readonly kind: PerformedKind }
  /** Of the run that it was proposed in. */
  readonly start: RunStarted
}

type Performable = RecordedProposal['action']

const performed: readonly string[] = [
  'tool.call',
  'resource.read',
  'prompt.get',
  'completion.get',
  'memory.read',
  'memory.write',
] satisfies PerformedKind[]

/** Throws `proposal.refused` for one that nothing here could perform. */
export function recordedProposal(ledger: Pick<Ledger, 'decided' | 'run'>, proposal: Approval): RecordedProposal {
  const action = ledger.decided(proposal.run, proposal.action)?.action
  const start = ledger.run(proposal.run)?.start
  if (action && start && isPerformable(action)) return { proposal, action, start }
  const why = action && start ? `\`${action.kind}\` is nothing that ecp performs` : 'its records are missing'
  throw new HostError('proposal.refused', `proposal \`${proposal.approval}\` cannot be applied here: ${why}`)
}

function isPerformable(action: Action): action is Performable {
  return performed.includes(action.kind)
}

/** Whether a boundary is of the Context, word for word, that it was proposed under. */
export function isProposedUnder({ context }: Host, { start }: RecordedProposal): boolean {
  return context.digest === start.context.digest
}

/**
 * Throws `proposal.refused` where the Gate would not let it be applied now, before a person signs for it. `named`: what the
 * boundary's Context is called.
 */
export async function refuseChanged(host: Host, named: string, { proposal, action }: RecordedProposal): Promise<void> {
  const decision = await host.gate.evaluate(asRecorded(action))
  if (decision.effect === 'deny') {
    const why = decision.reasons
      .filter(({ code }) => code !== 'write.proposed')
      .map(({ code, message }) => `${code}: ${message}`)
    throw new HostError('proposal.refused', `it is denied now: ${why.join('; ').slice(0, 1_000)}`)
  }
  if (decision.policyDigest === proposal.policyDigest) return
  const message = `policy, wiring or pins have changed since it was proposed under \`${named}\``
  throw new HostError(
    'proposal.refused',
    `${message}: the agent has to propose it again; \`ecp proposals drop\` removes this one`,
  )
}

/**
 * Performs it exactly as it was recorded, through a Gate under the same Context, inputs, client and principal. The Gate looks at
 * everything again: who has signed, under which rules, and whether it was used.
 */
export function applyProposal({ gate }: Host, { proposal, action }: RecordedProposal): Promise<Answer> {
  return gate.perform({ ...asRecorded(action), applied: proposal.approval })
}

function asRecorded({ kind, target, arguments: args, extra, executor }: Performable) {
  return { kind, target, arguments: args, ...(extra ? { extra } : {}), executor, origin: 'operator' as const }
}
