import type { ApprovalKind, OperatorApproval } from '@ecp/protocol'
import { Link, useLocation } from 'wouter'
import { useAnswer } from '../../api/use-answer.ts'
import { stateAt } from '../../approvals/standing.ts'
import { useKeys } from '../../keys/use-keys.ts'
import { StateBadge } from '../../parts/badge.tsx'
import { Empty } from '../../parts/empty.tsx'
import { ErrorNote } from '../../parts/error-note.tsx'
import { Loading } from '../../parts/loading.tsx'
import { Page } from '../../parts/page.tsx'
import { useNow } from '../../parts/use-now.ts'
import { Inert } from '../../text/inert.tsx'
import { AnswerPanel } from './answer-panel.tsx'
import './approval.css'
import { AskedPerson } from './asked-person.tsx'
import { Arguments, Change } from './effect.tsx'
import { OnRecord } from './on-record.tsx'
import { Reasons } from './reasons.tsx'
import { Terms } from './terms.tsx'
import { Who } from './who.tsx'

/** One held action or proposal: all that a person has to know before they answer, and the answer. */
export default function ApprovalPage({ id }: { readonly id: string }) {
  const read = useAnswer<OperatorApproval>(
    `/approvals/${encodeURIComponent(id)}`,
    (event) => event.kind === 'approval' && (event.data.more || event.data.approvals.includes(id)),
  )
  const [, navigate] = useLocation()
  const back = () => navigate('/')
  useKeys({ u: back, Escape: back })
  if (read.data) return <Shown approval={read.data} reload={read.reload} />
  if (read.error?.status === 404) {
    return (
      <Page title="Approval" lead={<Link href="/">Inbox</Link>}>
        <Empty title="There is no such approval on this ledger">
          <p>Look at the address, or at “All” in the inbox.</p>
        </Empty>
      </Page>
    )
  }
  return (
    <Page title="Approval" lead={<Link href="/">Inbox</Link>}>
      {read.error ? <ErrorNote error={read.error} retry={read.reload} /> : <Loading what="the approval" />}
    </Page>
  )
}

const nouns: Readonly<Record<ApprovalKind, { readonly title: string; readonly noun: string }>> = {
  hold: { title: 'Held call', noun: 'held call' },
  proposal: { title: 'Proposal', noun: 'proposal' },
  question: { title: 'Question', noun: 'question' },
}

function Shown({ approval, reload }: { readonly approval: OperatorApproval; reload(): void }) {
  const { kind, target, asked } = approval
  const state = stateAt(approval, useNow())
  return (
    <Page
      title={nouns[kind].title}
      heading={
        <span className="approval-target mono">
          <Inert text={target} />
        </span>
      }
      lead={
        <>
          <Link href="/">Inbox</Link> · {nouns[kind].noun}
          {asked && asked.kind !== 'tool.call' && asked.kind !== 'human.ask' && ` (${asked.kind})`}{' '}
          <StateBadge state={state} />
        </>
      }
    >
      <div className="approval">
        <div className="approval-what">
          <Who approval={approval} />
          {kind !== 'question' && <Reasons approval={approval} />}
          {kind === 'question' ? <AskedPerson approval={approval} /> : <Arguments approval={approval} />}
          <Change approval={approval} />
        </div>
        <div className="approval-answer">
          <AnswerPanel approval={approval} state={state} reload={reload} />
          <Terms approval={approval} />
        </div>
        <OnRecord approval={approval} />
      </div>
    </Page>
  )
}
