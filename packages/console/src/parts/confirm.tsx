import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { type ConsoleError, errorOf } from '../error.ts'
import { ErrorNote } from './error-note.tsx'
import './confirm.css'

interface ConfirmProps {
  /** What would be done, as a question. */
  readonly title: string
  /** What it means. */
  readonly children: ReactNode
  /** The button that does it. */
  readonly action: string
  readonly isDanger?: boolean
  /** Asks for a reason as well, under this label. */
  readonly note?: string
  /** Does it. The dialog stays, with what went wrong, when this throws. */
  onConfirm(note: string): Promise<void>
  onClose(): void
}

/** Asks before something that does not undo itself. Escape, or the button beside it, does nothing. */
export function Confirm({ title, children, action, isDanger = false, note, onConfirm, onClose }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  const [text, setText] = useState('')
  const [isDoing, setDoing] = useState(false)
  const [error, setError] = useState<ConsoleError>()
  useEffect(() => {
    const shown = dialog.current
    const before = document.activeElement
    shown?.showModal()
    return () => {
      shown?.close()
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (isDoing) return
    setDoing(true)
    setError(undefined)
    try {
      await onConfirm(text.trim())
      onClose()
    } catch (cause) {
      setError(errorOf(cause))
      setDoing(false)
    }
  }
  return (
    <dialog ref={dialog} className="confirm" aria-labelledby={`${id}-title`} onCancel={onClose}>
      <form onSubmit={submit}>
        <h2 id={`${id}-title`}>{title}</h2>
        {children}
        {note !== undefined && (
          <label className="confirm-note">
            {note}
            <input value={text} onChange={({ target }) => setText(target.value)} maxLength={500} autoComplete="off" />
          </label>
        )}
        {error && <ErrorNote error={error} />}
        <div className="confirm-buttons">
          <button type="button" onClick={onClose}>
            Leave it
          </button>
          <button type="submit" className={isDanger ? 'danger' : 'primary'} disabled={isDoing}>
            {action}
          </button>
        </div>
      </form>
    </dialog>
  )
}
