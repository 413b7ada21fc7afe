import type { ApprovalKind, ApprovalState, ApprovalTerms, OperatorApprovalSummary } from '@ecp/protocol'

/** How it stands at `now`: what was still open when it was read may be over by time alone. */
export function stateAt({ state, until }: OperatorApprovalSummary, now: number): ApprovalState {
  return isOpenState(state) && until <= now ? 'expired' : state
}

export const isOpenState = (state: ApprovalState): boolean => state === 'pending' || state === 'approved'

/** `2 approvals from ops` */
export function termsWords({ quorum, approvers }: ApprovalTerms, kind: ApprovalKind): string {
  const noun = kind === 'question' ? 'answer' : 'approval'

  const from = approvers.length === 0 ? '' : ` from ${approvers.join(', ')}`
  return `${quorum} ${quorum === 1 ? noun : `${noun}s`}${from}`
}
