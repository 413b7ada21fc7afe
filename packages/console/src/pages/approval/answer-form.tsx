import type { ApprovalState, OperatorAnswerRequest, OperatorApproval, OperatorState, Verdict } from '@ecp/protocol'
import { type FormEvent, useEffect, useId, useRef, useState } from 'react'
import { useHistoryState } from 'wouter/use-browser-location'
import { post } from '../../api/ask.ts'
import { type ConsoleError, errorOf } from '../../error.ts'
import { useKeys } from '../../keys/use-keys.ts'
import { ErrorNote } from '../../parts/error-note.tsx'
import { signAnswer } from '../../passkeys/sign-answer.ts'
import { AnswerAs, NoAnswer, Unsigned } from './answer-worth.tsx'
import { answerIn, startOf } from './filled-in.ts'
import { QuestionFields } from './question-fields.tsx'
import { rememberApprover, rememberedApprover } from './remembered-approver.ts'
import { whoAnswers } from './who-answers.ts'

interface Props {
  readonly approval: OperatorApproval
  readonly state: ApprovalState
  readonly host: OperatorState
  onAnswered(): void
}

/** Approve or deny, or the answer to a question, with a note, signed where anybody can sign. Says what an answer is worth before it is given. */
export function AnswerForm({ approval, state, host, onAnswered }: Props) {
  const who = whoAnswers(approval, host)
  const names = who.kind === 'passkey' ? who.names : []
  const [chosen, setChosen] = useState(rememberedApprover)
  const by = names.find((name) => name === chosen) ?? names[0]
  const { question } = approval
  const [filled, setFilled] = useState(() => (question ? startOf(question) : {}))
  const [wrong, setWrong] = useState<{ readonly fault: string; readonly field: string }>()
  const [note, setNote] = useState('')
  const [sending, setSending] = useState<Verdict>()
  const [error, setError] = useState<ConsoleError>()
  const noteField = useRef<HTMLInputElement>(null)
  const buttons = { approve: useRef<HTMLButtonElement>(null), deny: useRef<HTMLButtonElement>(null) }
  const id = useId()
  const wanted = useHistoryState<{ readonly wanted?: Verdict } | null>()?.wanted
  const to = (answer: Verdict) => buttons[answer].current?.focus()
  useKeys({ a: () => to('approve'), d: () => to('deny'), n: () => noteField.current?.focus() })
  // Asked for in the inbox already; it is pressed here, where everything is seen.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once
  useEffect(() => {
    if (wanted) to(wanted)
  }, [])
  if (who.kind === 'nobody' || who.kind === 'terminal') return <NoAnswer approval={approval} who={who} />

  const give = async (answer: Verdict) => {
    setError(undefined)
    const filledIn = question && answer === 'approve' ? answerIn(question, filled) : undefined
    setWrong(filledIn && 'fault' in filledIn ? filledIn : undefined)
    if (filledIn && 'fault' in filledIn) return
    setSending(answer)
    try {
      const signed = by === undefined ? {} : await signAnswer(approval.approval, { answer, ...filledIn }, by)
      const noted = note.trim() === '' ? {} : { note: note.trim() }
      const said: OperatorAnswerRequest = { answer, ...filledIn, ...noted, ...signed }
      await post<OperatorApproval>(`/approvals/${encodeURIComponent(approval.approval)}/answer`, said)
      setNote('')
      if (by !== undefined) rememberApprover(by)
    } catch (cause) {
      setError(errorOf(cause))
    } finally {
      setSending(undefined)
      onAnswered()
    }
  }
  // Enter in the note answers nothing: which of the two was meant is not known.
  const stay = (event: FormEvent) => event.preventDefault()
  const isBusy = sending !== undefined

  return (
    <form className="answer-form" onSubmit={stay}>
      {who.kind === 'unsigned' ? (
        <Unsigned worth={who.worth} />
      ) : (
        <AnswerAs names={names} by={by} onChange={setChosen} />
      )}
      {question && state === 'pending' && (
        <QuestionFields question={question} filled={filled} wrong={wrong} onChange={setFilled} />
      )}
      <label htmlFor={id}>
        Note <span className="quiet">(optional, on record)</span>
      </label>
      <input
        id={id}
        ref={noteField}
        value={note}
        onChange={({ target }) => setNote(target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') event.currentTarget.blur()
        }}
        autoComplete="off"
      />
      <div className="answer-buttons">
        {state === 'pending' && (
          <button
            type="button"
            className="primary"
            ref={buttons.approve}
            disabled={isBusy}
            onClick={() => void give('approve')}
          >
            {question
              ? sending === 'approve'
                ? 'Answering…'
                : 'Answer'
              : sending === 'approve'
                ? 'Approving…'
                : 'Approve'}
          </button>
        )}
        <button type="button" className="danger" ref={buttons.deny} disabled={isBusy} onClick={() => void give('deny')}>
          {question ? (sending === 'deny' ? 'Refusing…' : 'Refuse') : sending === 'deny' ? 'Denying…' : 'Deny'}
        </button>
      </div>
      {error && <ErrorNote error={error} />}
    </form>
  )
}
