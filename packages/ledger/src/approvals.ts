import type { ApprovalAnswered, ApprovalRequested, ApprovalState, RecordBodies } from '@ecp/protocol'
import { LedgerError } from './error.ts'

/** An answer as it came. */
export interface Answered extends ApprovalAnswered {
  readonly at: number
}

/** A request for a person's word, with what came of it. Immutable. */
export interface Approval extends ApprovalRequested {
  readonly state: ApprovalState
  readonly requestedAt: number
  readonly answers: readonly Answered[]
  /** The action that used it. */
  readonly usedBy?: string
  /** It was cancelled because this grant was given instead. */
  readonly grant?: string
}

/** What happened to approvals, as records say it. */
export type ApprovalEvent = {
  [K in 'approval.requested' | 'approval.answered' | 'approval.expired' | 'approval.cancelled' | 'approval.used']: {
    readonly kind: K
    readonly body: RecordBodies[K]
  }
}['approval.requested' | 'approval.answered' | 'approval.expired' | 'approval.cancelled' | 'approval.used']

/**
 * An approval after an event (decisions.md, Approvals): pending -> approved, denied, expired, cancelled; approved -> used,
 * expired. Throws `ledger.approval-over` for what its state does not allow: nothing is answered, or used, twice. Whose answers
 * count is for whoever uses it: here they are counted by name.
 */
export function afterEvent(before: Approval | undefined, at: number, { kind, body }: ApprovalEvent): Approval {
  if (kind === 'approval.requested') {
    if (before) throw over(body.approval, 'is there already')
    return { ...body, state: 'pending', requestedAt: at, answers: [] }
  }
  if (!before) throw new LedgerError('ledger.approval-unknown', `no approval \`${body.approval}\` in this ledger`)
  const state = stateAt(before, at)
  const isOpen = state === 'pending' || state === 'approved'
  switch (kind) {
    case 'approval.answered': {
      if (!isOpen) throw over(before.approval, `is ${state}`)
      if (before.answers.some(({ nonce }) => nonce === body.nonce))
        throw over(before.approval, 'has this answer already')
      const answers = [...before.answers, { ...body, at }]
      return { ...before, answers, state: body.answer === 'deny' ? 'denied' : standing({ ...before, answers }) }
    }
    case 'approval.expired':
      // What time has ended is open until it is written down.
      if (before.state !== 'pending' && before.state !== 'approved') throw over(before.approval, `is ${before.state}`)
      return { ...before, state: 'expired' }
    case 'approval.cancelled':
      if (!isOpen) throw over(before.approval, `is ${state}`)
      return { ...before, state: 'cancelled', ...(body.grant === undefined ? {} : { grant: body.grant }) }
    case 'approval.used':
      if (state !== 'approved') throw over(before.approval, `is ${state}`)
      return { ...before, state: 'used', usedBy: body.action }
  }
}

/** Its state at a time: what is not over by then may have expired without anybody having written so. */
export function stateAt(approval: Approval, at: number): ApprovalState {
  const { state } = approval
  return (state === 'pending' || state === 'approved') && at >= endOf(approval) ? 'expired' : state
}

/** Until when it may be answered, or used (milliseconds since the epoch): no answer holds longer than it says. */
export function endOf({ expiresAt, answers }: Approval): number {
  return Math.min(expiresAt, ...answers.map((answer) => answer.expiresAt))
}

function standing({ answers, terms }: Pick<Approval, 'answers' | 'terms'>): ApprovalState {
  const approvers = new Set(answers.filter(({ answer }) => answer === 'approve').map(({ by }) => by))
  return approvers.size >= Math.max(1, terms.quorum) ? 'approved' : 'pending'
}

function over(approval: string, why: string): LedgerError {
  return new LedgerError('ledger.approval-over', `approval \`${approval}\` ${why}`)
}
