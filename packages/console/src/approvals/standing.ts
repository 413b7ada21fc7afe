import type { ApprovalState, ApprovalTerms, OperatorApprovalSummary } from '@ecp/protocol'

/** How it stands at `now`: what was still open when it was read may be over by time alone. */
export function stateAt({ state, until }: OperatorApprovalSummary, now: number): ApprovalState {
  return isOpenState(state) && until <= now ? 'expired' : state
}

export const isOpenState = (state: ApprovalState): boolean => state === 'pending' || state === 'approved'

/** `2 approvals from ops` */
export function termsWords({ quorum, approvers }: ApprovalTerms): string {
  const from = approvers.length === 0 ? '' : ` from ${approvers.join(', ')}`
  return `${quorum} ${quorum === 1 ? 'approval' : 'approvals'}${from}`
}
