import type { AnswerWorth, OperatorApproval } from '@ecp/protocol'
import { termsWords } from '../../approvals/standing.ts'
import { Time } from '../../parts/time.tsx'
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
export function Terms({ approval: { terms, approvedBy, answers } }: { readonly approval: OperatorApproval }) {
  return (
    <section className="panel" aria-labelledby="terms">
      <h2 id="terms">Answers</h2>
      <p>
        Needs <Inert text={termsWords(terms)} />; {approvedBy} so far.
      </p>
      {answers.length > 0 && (
        <ul className="answers">
          {answers.map(({ by, answer, at, note, worth, proof, nonce }) => (
            <li key={nonce}>
              <strong>
                <Inert text={by} />
              </strong>{' '}
              {answer === 'approve' ? 'approved' : 'denied'} <Time at={at} />
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
