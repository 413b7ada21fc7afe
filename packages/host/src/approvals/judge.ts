import type { Approval } from '@ecp/ledger'
import type { ApprovalAnswered, ApprovalTerms } from '@ecp/protocol'
import type { Approver, Approvers } from './approvers.ts'
import { isSignedWith } from './signature.ts'

/**
 * Whether the answers to an approval are worth an allow, under the terms that hold now and the approvers that the host names
 * now. INVARIANT: what the ledger says of its state is not looked at: whoever can write rows there cannot sign.
 */
export function isApprovedBy(approval: Approval, terms: ApprovalTerms, approvers: Approvers): boolean {
  const sound = approval.answers.filter((answered) => isSound(approval, answered, terms, approvers))
  if (sound.some(({ answer }) => answer === 'deny')) return false
  return new Set(sound.map(({ by }) => by)).size >= Math.max(1, terms.quorum)
}

function isSound(approval: Approval, answered: ApprovalAnswered, terms: ApprovalTerms, approvers: Approvers): boolean {
  // With no approvers configured answers are the local operator's; who names approvers and configures none has nobody.
  if (approvers.size === 0) return terms.approvers.length === 0 && answered.proof.kind === 'unsigned'
  const approver = approvers.get(answered.by)
  if (!approver?.publicKey || !mayAnswer(approver, terms)) return false
  return isSignedWith(approver.publicKey, approval, answered)
}

/** Whether the terms name this approver, one of their groups, or nobody in particular. */
export function mayAnswer({ name, groups }: Approver, { approvers }: Pick<ApprovalTerms, 'approvers'>): boolean {
  return approvers.length === 0 || [name, ...groups].some((one) => approvers.includes(one))
}
