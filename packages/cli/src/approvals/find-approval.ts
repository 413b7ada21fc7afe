import { type Approval, allApprovals, type Ledger } from '@ecp/ledger'
import type { ApprovalKind } from '@ecp/protocol'
import { CliError } from '../error.ts'
import { visible } from '../terminal/visible.ts'

/** What a kind of approval is called, and the command that lists it. */
export const kindWords: Readonly<Record<ApprovalKind, { readonly noun: string; readonly command: string }>> = {
  hold: { noun: 'approval', command: 'ecp approvals' },
  proposal: { noun: 'proposal', command: 'ecp proposals' },
  question: { noun: 'question', command: 'ecp approvals' },
}

/** The kinds that `ecp approvals` is about. */
export const waitingKinds: readonly ApprovalKind[] = ['hold', 'question']

/**
 * The approval that a person means by its id, or by the beginning of one. Throws `cli.not-found` for none or several, and for
 * one of another kind.
 */
export function approvalOf(ledger: Ledger, reference: string, kinds: readonly ApprovalKind[]): Approval {
  const found = ledger.approval(reference) ?? onlyOne(ledger, reference, kinds)
  if (kinds.includes(found.kind)) return found
  const { noun, command } = kindWords[found.kind]
  const id = visible(found.approval, 80)
  throw new CliError('cli.not-found', `\`${id}\` is a ${noun}: \`${command}\` is about those`)
}

function onlyOne(ledger: Ledger, reference: string, [kind = 'hold']: readonly ApprovalKind[]): Approval {
  const { noun, command } = kindWords[kind]
  const matches: Approval[] = []
  for (const approval of reference === '' ? [] : allApprovals(ledger, {})) {
    if (approval.approval.startsWith(reference)) matches.push(approval)
  }
  const [only, ...others] = matches
  const given = visible(reference, 80)
  if (only && others.length === 0) return only
  if (only) {
    const ids = matches.slice(0, 5).map(({ approval }) => `\`${visible(approval, 80)}\``)
    throw new CliError('cli.not-found', `${matches.length} ids begin with \`${given}\`: ${ids.join(', ')}`)
  }
  throw new CliError('cli.not-found', `no ${noun} \`${given}\` in this ledger; \`${command} list\` lists them`)
}
