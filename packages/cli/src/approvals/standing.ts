import { type Approvers, isApprovedBy, type Worth, worthOf } from '@ecp/host'
import { type Answered, type Approval, endOf, type Ledger, stateAt } from '@ecp/ledger'
import type { ApprovalState, RecordBodies } from '@ecp/protocol'

/** An approval as it stands now: what its answers are worth under the approvers that the host names. */
export interface Standing {
  readonly approval: Approval
  /** `approved` only where the answers are worth it: anybody can write one down, not anybody can sign it. */
  readonly state: ApprovalState
  /** Milliseconds since the epoch. */
  readonly until: number
  readonly answers: readonly (Answered & { readonly worth: Worth })[]
  /** How many different people have approved it. */
  readonly approvedBy: number
  /** Who asks, where the run's start is on record. */
  readonly client?: string
}

export function standingOf(ledger: Ledger, approval: Approval, approvers: Approvers, at: number): Standing {
  const { terms } = approval
  const written = stateAt(approval, at)
  const state = written === 'approved' && !isApprovedBy(approval, terms, approvers) ? 'pending' : written
  const answers = approval.answers.map((answer) => ({ ...answer, worth: worthOf(approval, answer, terms, approvers) }))
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

/** The decision that asked for it, which holds the arguments. Missing in a ledger that is damaged. */
export function decisionOf(ledger: Ledger, { run, action }: Approval): RecordBodies['action.decided'] | undefined {
  for (const { record } of ledger.records(run)) {
    if (record.kind === 'action.decided' && record.body.action.id === action) return record.body
  }
  return undefined
}

export const isOpen = ({ state }: Pick<Standing, 'state'>): boolean => state === 'pending' || state === 'approved'
