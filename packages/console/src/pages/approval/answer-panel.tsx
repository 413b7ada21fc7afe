import type { ApprovalState, OperatorApproval } from '@ecp/protocol'
import { Link } from 'wouter'
import { useHost } from '../../layout/host-context.ts'
import { Left } from '../../parts/time.tsx'
import { AnswerForm } from './answer-form.tsx'
import { Apply } from './apply.tsx'

interface Props {
  readonly approval: OperatorApproval
  readonly state: ApprovalState
  reload(): void
}

/** Where a person answers, as long as there is something to be answered; and what becomes of it then. */
export function AnswerPanel({ approval, state, reload }: Props) {
  const host = useHost()
  const isOpen = state === 'pending' || state === 'approved'
  return (
    <section className="panel panel-answer" aria-labelledby="answer">
      <div className="section-head">
        <h2 id="answer">{isOpen ? 'Your answer' : 'It is over'}</h2>
        {isOpen && (
          <span className="approval-left">
            <Left until={approval.until} />
          </span>
        )}
      </div>
      <p role="status">{standing(approval, state)}</p>
      {host?.frozen && isOpen && <p className="approval-bad">ECP is frozen: nothing happens until it is unfrozen.</p>}
      {approval.kind === 'proposal' && <Apply approval={approval} isReady={state === 'approved'} onDone={reload} />}
      {isOpen && host && <AnswerForm approval={approval} state={state} host={host} onAnswered={reload} />}
      {state === 'pending' && approval.kind === 'hold' && approval.asked?.kind === 'tool.call' && (
        <p className="answer-instead">
          <Link href={`/approvals/${encodeURIComponent(approval.approval)}/grant`}>Grant calls like this instead…</Link>
        </p>
      )}
    </section>
  )
}

function standing({ kind }: OperatorApproval, state: ApprovalState): string {
  if (kind === 'question') return questionStanding[state]
  const isHold = kind === 'hold'
  switch (state) {
    case 'pending':
      return isHold
        ? 'Approved, it runs once, exactly as shown here. Denied, the agent is told so.'
        : 'Approved, it can be applied, once, exactly as shown here.'
    case 'approved':
      return isHold
        ? 'Approved: it runs once, when the agent calls again, or at once where it waits.'
        : 'Approved: it can be applied now.'
    case 'denied':
      return isHold ? 'Denied: the agent is told so.' : 'Denied: it will not be applied.'
    case 'expired':
      return isHold
        ? 'Expired: nobody answered in time, or it was not used. When the agent calls again, it asks again.'
        : 'Expired: nobody answered in time. The agent has to propose it again.'
    case 'cancelled':
      return 'Cancelled: it is not asked for any more.'
    case 'used':
      return isHold ? 'Used: it was approved and ran, once.' : 'Used: it was approved and applied, once.'
  }
}

const questionStanding: Readonly<Record<ApprovalState, string>> = {
  pending: 'Answered, the run goes on with your answer. Refused, the run ends.',
  approved: 'Answered: the run takes the answer when it goes on, or at once where it waits.',
  denied: 'Refused: the run ends.',
  expired: 'Expired: nobody answered in time, or the run did not go on. A run that still needs it asks again.',
  cancelled: 'Cancelled: it is not asked for any more.',
  used: 'Used: the run went on with the answer.',
}
