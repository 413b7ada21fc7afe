import type { ApprovalState, OperatorAnswerRequest, OperatorApproval, OperatorState, Verdict } from '@ecp/protocol'
import { type FormEvent, useEffect, useId, useRef, useState } from 'react'
import { useHistoryState } from 'wouter/use-browser-location'
import { post } from '../../api/ask.ts'
import { type ConsoleError, errorOf } from '../../error.ts'
import { useKeys } from '../../keys/use-keys.ts'
import { ErrorNote } from '../../parts/error-note.tsx'
import { Inert } from '../../text/inert.tsx'

interface Props {
  readonly approval: OperatorApproval
  readonly state: ApprovalState
  readonly host: OperatorState
  onAnswered(): void
}

/** Approve or deny, with a note. Says what an answer is worth before it is given. */
export function AnswerForm({ approval, state, host, onAnswered }: Props) {
  const [note, setNote] = useState('')
  const [sending, setSending] = useState<Verdict>()
  const [error, setError] = useState<ConsoleError>()
  const noteField = useRef<HTMLInputElement>(null)
  const buttons = { approve: useRef<HTMLButtonElement>(null), deny: useRef<HTMLButtonElement>(null) }
  const id = useId()
  const wanted: Verdict | undefined = useHistoryState<{ readonly wanted?: Verdict } | null>()?.wanted
  const to = (answer: Verdict) => buttons[answer].current?.focus()
  useKeys({ a: () => to('approve'), d: () => to('deny'), n: () => noteField.current?.focus() })
  // Asked for in the inbox already; it is pressed here, where everything is seen.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once
  useEffect(() => {
    if (wanted) to(wanted)
  }, [])

  const give = async (answer: Verdict) => {
    setSending(answer)
    setError(undefined)
    try {
      const said: OperatorAnswerRequest = { answer, ...(note.trim() === '' ? {} : { note: note.trim() }) }
      await post<OperatorApproval>(`/approvals/${encodeURIComponent(approval.approval)}/answer`, said)
      setNote('')
    } catch (cause) {
      setError(errorOf(cause))
    } finally {
      setSending(undefined)
      onAnswered()
    }
  }
  // Enter in the note answers nothing: which of the two was meant is not known.
  const stay = (event: FormEvent) => event.preventDefault()

  return (
    <form className="answer-form" onSubmit={stay}>
      {host.unsigned !== undefined && (
        <p className="answer-unsigned">
          <strong>Unsigned.</strong> <Inert text={host.unsigned} />
        </p>
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
            disabled={sending !== undefined}
            onClick={() => void give('approve')}
          >
            {sending === 'approve' ? 'Approving…' : 'Approve'}
          </button>
        )}
        <button
          type="button"
          className="danger"
          ref={buttons.deny}
          disabled={sending !== undefined}
          onClick={() => void give('deny')}
        >
          {sending === 'deny' ? 'Denying…' : 'Deny'}
        </button>
      </div>
      {error && <ErrorNote error={error} />}
    </form>
  )
}
