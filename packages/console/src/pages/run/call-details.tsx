import { Link } from 'wouter'
import { EffectBadge, StateBadge } from '../../parts/badge.tsx'
import { roughly } from '../../parts/duration.ts'
import { Reasons } from '../../parts/reasons.tsx'
import { jsonLines, textLines } from '../../text/exact-lines.ts'
import { ExactText } from '../../text/exact-text.tsx'
import { Inert } from '../../text/inert.tsx'
import type { Call } from './call.ts'
import { FateBadge } from './fate-badge.tsx'
import { outcomeWords } from './outcome-words.ts'
import { resultLines } from './result-lines.ts'
import './call-details.css'

/** All that is on record of one call: what was asked, what was decided and why, who was asked, and what came of it. */
export function CallDetails({ call }: { readonly call: Call }) {
  return (
    <dl className="call-details">
      <div>
        <dt>Decision</dt>
        <dd>
          <p className="call-details-verdict">
            <EffectBadge effect={call.effect} />
            <span className="quiet">{actsWords(call)}</span>
          </p>
          <Reasons reasons={call.reasons} />
          {call.terms && <Terms terms={call.terms} />}
        </dd>
      </div>
      {call.approvals.length > 0 && (
        <div>
          <dt>People</dt>
          <dd>
            {call.approvals.map((approval) => (
              <Asked key={approval.approval} approval={approval} />
            ))}
          </dd>
        </div>
      )}
      {call.arguments !== undefined && (
        <div>
          <dt>Arguments</dt>
          <dd>
            <ExactText lines={jsonLines(call.arguments)} label={`Arguments of call ${call.number}`} />
          </dd>
        </div>
      )}
      {call.effect === 'allow' && <Outcome call={call} />}
      <div>
        <dt>Record</dt>
        <dd className="quiet">
          <Inert text={call.executor} /> · {call.type}
          {call.origin !== undefined && ` from ${call.origin}`} · <span className="mono">{call.id}</span>
          {call.tokens &&
            ` · ${call.tokens.prompt.toLocaleString()} + ${call.tokens.completion.toLocaleString()} tokens`}
        </dd>
      </div>
    </dl>
  )
}

function Terms({ terms: { quorum, approvers, expiresAfter } }: { readonly terms: NonNullable<Call['terms']> }) {
  return (
    <p>
      Needs {quorum === 1 ? 'one approval' : `${quorum} approvals`}
      {approvers.length > 0 && (
        <>
          {' '}
          from <Inert text={approvers.join(', ')} />
        </>
      )}{' '}
      within {roughly(expiresAfter)}.
    </p>
  )
}

function Asked({ approval: { approval, kind, state, answers } }: { readonly approval: Call['approvals'][number] }) {
  return (
    <div className="call-details-asked">
      <StateBadge state={state} />{' '}
      <Link href={`/approvals/${encodeURIComponent(approval)}`}>
        {{ hold: 'Approval', proposal: 'Proposal', question: 'Question' }[kind]}
      </Link>
      <ul>
        {answers.map(({ by, answer, at, note, proof }) => (
          <li key={`${by} ${at}`}>
            <Inert text={by} /> {answer === 'approve' ? 'approved' : 'denied'} it
            {proof === 'unsigned' ? ', unsigned' : `, signed (${proof})`}
            {note !== undefined && (
              <>
                : “<Inert text={note} />”
              </>
            )}{' '}
            <time className="quiet number" dateTime={at}>
              {moment(at)}
            </time>
          </li>
        ))}
      </ul>
    </div>
  )
}

function Outcome({ call }: { readonly call: Call }) {
  const { error, result, fate, number } = call
  return (
    <div>
      <dt>Outcome</dt>
      <dd>
        <p className="call-details-verdict">
          {fate !== 'done' && <FateBadge fate={fate} />}
          <span>{outcomeWords(call)}</span>
        </p>
        {error !== undefined && <ExactText lines={textLines(error)} label={`Error of call ${number}`} />}
        {result !== undefined && <ExactText lines={resultLines(result)} label={`Result of call ${number}`} />}
        {error === undefined && result === undefined && fate === 'done' && (
          <p className="quiet">No result is on record.</p>
        )}
      </dd>
    </div>
  )
}

function actsWords({ acts, advice }: Call): string {
  const what = acts === 'neither' ? 'neither reads nor writes' : acts === 'read' ? 'reads' : 'writes'
  return advice ? `${what}; another program carries it out` : what
}

/** An ISO time as somebody here reads it; what is none stays as it is. */
function moment(at: string): string {
  const time = Date.parse(at)
  return Number.isNaN(time) ? at : new Date(time).toLocaleString()
}
