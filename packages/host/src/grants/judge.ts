import type { Grant } from '@ecp/ledger'
import type { AnswerWorth, ApprovalTerms, GrantGiven } from '@ecp/protocol'
import type { Approvers } from '../approvals/approvers.ts'
import { wordWorth } from '../approvals/judge.ts'
import { isGrantProvenBy } from './signature.ts'

/**
 * Whether a grant was given by as many people as an approval of its tool needs now, under the approvers that the host names now.
 * INVARIANT: what the ledger says of its state is not looked at: whoever can write rows there cannot sign.
 */
export function isGivenBy(grant: Grant, terms: ApprovalTerms, approvers: Approvers): boolean {
  return giversThatCount(grant, terms, approvers) >= Math.max(1, terms.quorum)
}

/** How many different people have given it so that it counts. */
export function giversThatCount(grant: Grant, terms: ApprovalTerms, approvers: Approvers): number {
  const sound = grant.givers.filter((given) => grantWorth(grant, given, terms, approvers) === 'counts')
  return new Set(sound.map(({ by }) => by)).size
}

/** What one person's yes to a grant is worth now. */
export function grantWorth(
  grant: Pick<Grant, 'grant' | 'terms'>,
  given: GrantGiven,
  terms: ApprovalTerms,
  approvers: Approvers,
): AnswerWorth {
  return wordWorth(given, terms, approvers, (approver) => isGrantProvenBy(approver, grant, given))
}
