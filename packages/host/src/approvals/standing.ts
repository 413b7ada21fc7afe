import { type Answered, type Approval, endOf, type Ledger, stateAt } from '@ecp/ledger'
import type { AnswerWorth, ApprovalState } from '@ecp/protocol'
import type { Approvers } from './approvers.ts'
import { isApprovedBy, worthOf } from './judge.ts'
import { questionOf } from './question.ts'

/** An approval as it stands now: what its answers are worth under the approvers that the host names. */
export interface Standing {
  readonly approval: Approval
  /** `approved` only where the answers are worth it: anybody can write one down, not anybody can sign it. */
  readonly state: ApprovalState
  /** Milliseconds since the epoch. */
  readonly until: number
  readonly answers: readonly (Answered & { readonly worth: AnswerWorth })[]
  /** How many different people have approved it. */
  readonly approvedBy: number
  /** Who asks, where the run's start is on record. */
  readonly client?: string
}

export function standingOf(
  ledger: Pick<Ledger, 'decided' | 'run'>,
  approval: Approval,
  approvers: Approvers,
  at: number,
): Standing {
  const { terms } = approval
  // The record is looked at only where something was answered: lists are long.
  const isAnswered = approval.kind === 'question' && approval.answers.length > 0
  const question = isAnswered ? questionOf(ledger, approval) : undefined
  const written = stateAt(approval, at)
  const state = written === 'approved' && !isApprovedBy(approval, terms, approvers, question) ? 'pending' : written
  const worth = (answer: Answered) => worthOf(approval, answer, terms, approvers, question)
  const answers = approval.answers.map((answer) => ({ ...answer, worth: worth(answer) }))
  const counting = answers.filter(({ worth, answer }) => worth === 'counts' && answer === 'approve')
  const client = ledger.run(approval.run)?.start.client
  return {
    approval,
    state,
    until: endOf(approval),
    answers,
    approvedBy: new Set(counting.map(({ by }) => by)).size,
    ...(client === undefined ? {} : { client }),
  }
}

/** The same as JSON: the approval's own fields, with what became of them. */
export function standingJson({ approval, state, until, answers, approvedBy, client }: Standing) {
  return { ...approval, state, until, answers, approvedBy, ...(client === undefined ? {} : { client }) }
}

/** Whether it can still be answered, or used. */
export const isOpen = ({ state }: Pick<Standing, 'state'>): boolean => state === 'pending' || state === 'approved'
