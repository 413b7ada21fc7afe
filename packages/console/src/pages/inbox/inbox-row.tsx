import type { OperatorApprovalSummary } from '@ecp/protocol'
import { memo } from 'react'
import { Link } from 'wouter'
import { stateAt, termsWords } from '../../approvals/standing.ts'
import { KindBadge, StateBadge } from '../../parts/badge.tsx'
import { Ago, Left } from '../../parts/time.tsx'
import { useNow } from '../../parts/use-now.ts'
import { Inert } from '../../text/inert.tsx'

interface Props {
  readonly approval: OperatorApprovalSummary
  readonly isActive: boolean
  onFocus(id: string): void
}

/** One that waits: what would be called, by whom, and how long there is. */
export const InboxRow = memo(function InboxRow({ approval, isActive, onFocus }: Props) {
  const { kind, target, client, executor, principal, requestedAt, until, terms, approvedBy } = approval
  const state = stateAt(approval, useNow())
  return (
    <Link
      href={`/approvals/${approval.approval}`}
      className={`inbox-row${isActive ? ' inbox-row-active' : ''}`}
      data-approval={approval.approval}
      onFocus={() => onFocus(approval.approval)}
    >
      <span className="inbox-row-kind">
        <KindBadge kind={kind} />
      </span>
      <span className="inbox-row-target mono">
        <Inert text={target} />
      </span>
      <span className="inbox-row-state">
        {state === 'pending' ? (
          <span className="quiet">
            {approvedBy > 0 ? `${approvedBy} of ` : 'needs '}
            <Inert text={termsWords(terms, kind)} />
          </span>
        ) : (
          <StateBadge state={state} />
        )}
      </span>
      <span className="inbox-row-who quiet">
        <Inert text={client ?? 'a client that is not on record'} /> as <Inert text={executor} />, for{' '}
        <Inert text={principal} />
      </span>
      <span className="inbox-row-time quiet">
        <Ago at={requestedAt} />
        {(state === 'pending' || state === 'approved') && (
          <>
            {' · '}
            <Left until={until} />
          </>
        )}
      </span>
    </Link>
  )
})
