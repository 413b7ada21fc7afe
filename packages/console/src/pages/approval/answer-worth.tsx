import type { OperatorApproval } from '@ecp/protocol'
import { useId } from 'react'
import { Inert } from '../../text/inert.tsx'
import type { WhoAnswers } from './who-answers.ts'
import './answer-worth.css'

/** What an answer is worth where nobody can sign. */
export function Unsigned({ worth }: { readonly worth: string }) {
  return (
    <p className="answer-unsigned">
      <strong>Unsigned.</strong> <Inert text={worth} />
    </p>
  )
}

interface AnswerAsProps {
  readonly names: readonly string[]
  readonly by: string | undefined
  onChange(name: string): void
}

/** Whose passkey is asked for. */
export function AnswerAs({ names, by, onChange }: AnswerAsProps) {
  const id = useId()
  return (
    <div className="answer-as">
      <label htmlFor={id}>Signed with the passkey of</label>
      <select id={id} value={by} onChange={({ target }) => onChange(target.value)}>
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </div>
  )
}

interface NoAnswerProps {
  readonly approval: OperatorApproval
  readonly who: Extract<WhoAnswers, { kind: 'terminal' | 'nobody' }>
}

/** Why nobody can answer here, and where they can. */
export function NoAnswer({ approval, who }: NoAnswerProps) {
  if (who.kind === 'nobody') {
    return (
      <p className="approval-bad">
        Nobody can answer this: its terms name approvers, and none of them is configured. Add one with{' '}
        <code>ecp approvers add NAME</code>.
      </p>
    )
  }
  const { kind, approval: id } = approval
  const command = {
    hold: `approvals approve ${id}`,
    proposal: `proposals apply ${id} --context FILE`,
    question: `approvals answer ${id}`,
  }[kind]
  return (
    <>
      <p>
        <Inert text={who.names.join(', ')} /> can answer, and none of them has a passkey. Sign on a terminal:
      </p>
      <pre>
        <code>ecp {command}</code>
      </pre>
      <p>
        Or add a passkey with <code>ecp approvers add NAME --passkey</code>.
      </p>
    </>
  )
}
