import type { AnswerWorth, Json, OperatorApproval, Verdict } from '@ecp/protocol'
import { termsWords } from '../../approvals/standing.ts'
import { Time } from '../../parts/time.tsx'
import { jsonLines } from '../../text/exact-lines.ts'
import { ExactText } from '../../text/exact-text.tsx'
import { Inert } from '../../text/inert.tsx'

/** What is said of an answer beside who gave it: the same as on the terminal. */
const worthWords: Readonly<Record<AnswerWorth, string>> = {
  counts: 'it counts',
  unsigned: 'unsigned: it does not count',
  'nobody-configured':
    'it does not count: the terms name approvers, and none are configured, or it is signed by nobody',
  'unknown-approver': 'it does not count: no such approver is configured',
  'not-named': 'it does not count: the terms do not name this approver',
  'wrong-signature': 'it does not count: the signature is not good',
  'wrong-value': 'it does not count: it does not answer what was asked',
}

/** What it takes, and who has said what so far. */
export function Terms({ approval: { kind, terms, approvedBy, answers } }: { readonly approval: OperatorApproval }) {
  return (
    <section className="panel" aria-labelledby="terms">
      <h2 id="terms">Answers</h2>
      <p>
        Needs <Inert text={termsWords(terms, kind)} />; {approvedBy} so far.
      </p>
      {answers.length > 0 && (
        <ul className="answers">
          {answers.map(({ by, answer, value, at, note, worth, proof, nonce }) => (
            <li key={nonce}>
              <strong>
                <Inert text={by} />
              </strong>{' '}
              {said(answer, value)} <Time at={at} />
              {value !== undefined && <ExactText lines={jsonLines(value)} label={`Answer of ${by}`} />}
              {note !== undefined && (
                <blockquote>
                  <Inert text={note} />
                </blockquote>
              )}
              <span className={`small ${worth === 'counts' ? 'approval-good' : 'approval-bad'}`}>
                {worth === 'counts' && proof !== 'unsigned' && 'good signature: '}
                {worth === 'counts' && proof === 'unsigned' && 'unsigned, where nobody is configured: '}
                {worthWords[worth]}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function said(answer: Verdict, value: Json | undefined): string {
  if (answer === 'deny') return 'denied'
  return value === undefined ? 'approved' : 'answered'
}
