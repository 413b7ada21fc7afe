import type { ApprovalState, RecordBodies } from '@ecp/protocol'
import { type Approval, endOf, stateAt } from '../approvals.ts'
import type { DecideRequest, FoundApprovals } from '../ledger.ts'
import { invalid } from '../request.ts'
import type { Transaction } from './transaction.ts'

/** What people have said that a decision may have to know. */
export function approvalsOf(
  transaction: Transaction,
  { subject, heldAs = 'hold', applied, grantable, at }: DecideRequest,
): FoundApprovals {
  // Single use is the records' to say: the table is only read from them.
  const isSpent = ({ approval, state }: Approval) => state === 'approved' && transaction.isUsed(approval)
  const isOpen = (approval: Approval | undefined, ...states: readonly ApprovalState[]) =>
    approval && states.includes(stateAt(approval, at)) && at < endOf(approval) && !isSpent(approval)
      ? approval
      : undefined
  const held = subject && isOpen(transaction.approvalFor(subject, heldAs), 'pending', 'approved', 'denied')
  const proposed = subject && isOpen(transaction.approvalFor(subject, 'proposal'), 'pending', 'approved')
  const proposal = applied === undefined ? undefined : isOpen(transaction.approval(applied), 'approved')
  const grants = grantable ? transaction.grantsFor(grantable, at) : []
  return {
    ...(held ? { held } : {}),
    ...(proposed ? { proposed } : {}),
    ...(proposal ? { proposal } : {}),
    ...(grants.length > 0 ? { grants } : {}),
  }
}

/** Uses a grant. Whoever was asked about this very action has nothing left to answer. */
export function useGrant(
  transaction: Transaction,
  at: number,
  body: RecordBodies['grant.used'],
  { held, grants = [] }: FoundApprovals,
): void {
  const { grant } = body
  if (!grants.some((one) => one.grant === grant))
    throw invalid(`grant \`${grant}\` is not one of those that were found`)
  transaction.tellGrant(at, { kind: 'grant.used', body })
  const isOpen = held?.state === 'pending' || held?.state === 'approved'
  if (held && isOpen)
    transaction.tell(at, {
      kind: 'approval.cancelled',
      body: { approval: held.approval, by: grant, note: 'a grant let it happen', grant },
    })
}

/** Writes down that these have expired, those that another process was not first with. Answers how many. */
export function expireIn(transaction: Transaction, at: number, ids: readonly string[]): number {
  const left = ids.filter((id) => {
    const found = transaction.approval(id)
    return found && found.state !== 'expired' && stateAt(found, at) === 'expired'
  })
  for (const approval of left) transaction.tell(at, { kind: 'approval.expired', body: { approval } })
  return left.length
}
