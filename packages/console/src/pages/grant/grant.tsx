import type { OperatorApproval, OperatorState } from '@ecp/protocol'
import { Link, useLocation } from 'wouter'
import { useAnswer } from '../../api/use-answer.ts'
import { stateAt } from '../../approvals/standing.ts'
import { useKeys } from '../../keys/use-keys.ts'
import { useHost } from '../../layout/host-context.ts'
import { Empty } from '../../parts/empty.tsx'
import { ErrorNote } from '../../parts/error-note.tsx'
import { Loading } from '../../parts/loading.tsx'
import { Page } from '../../parts/page.tsx'
import { useNow } from '../../parts/use-now.ts'
import { Inert } from '../../text/inert.tsx'
import { NoAnswer } from '../approval/answer-worth.tsx'
import { whoAnswers } from '../approval/who-answers.ts'
import { GrantForm } from './grant-form.tsx'

/** Grants actions like one that is held, so often and so long, in place of being asked each time. */
export default function GrantPage({ id }: { readonly id: string }) {
  const to = `/approvals/${encodeURIComponent(id)}`
  const read = useAnswer<OperatorApproval>(to)
  const host = useHost()
  const now = useNow()
  const [, navigate] = useLocation()
  const back = () => navigate(to)
  useKeys({ u: back, Escape: back })
  const approval = read.data
  return (
    <Page
      title="Grant"
      heading={approval ? <GrantHeading target={approval.target} /> : 'Grant'}
      lead={<Link href={to}>The held call</Link>}
    >
      {!approval && (read.error ? <ErrorNote error={read.error} /> : <Loading what="the held call" />)}
      {approval && host && <Body approval={approval} host={host} isOpen={stateAt(approval, now) === 'pending'} />}
    </Page>
  )
}

function GrantHeading({ target }: { readonly target: string }) {
  return (
    <>
      Grant{' '}
      <span className="mono">
        <Inert text={target} />
      </span>
    </>
  )
}

interface BodyProps {
  readonly approval: OperatorApproval
  readonly host: OperatorState
  readonly isOpen: boolean
}

function Body({ approval, host, isOpen }: BodyProps) {
  const who = whoAnswers(approval, host)
  if (approval.kind !== 'hold' || !isOpen) {
    return (
      <Empty title="This call waits for nobody any more">
        <p>Grants are given from a call that is held. The next one of its kind is in the inbox.</p>
      </Empty>
    )
  }
  if (who.kind === 'nobody' || who.kind === 'terminal') return <NoAnswer approval={approval} who={who} />
  return <GrantForm approval={approval} who={who} />
}
