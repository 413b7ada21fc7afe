import type { ConsoleError } from '../error.ts'
import { Inert } from '../text/inert.tsx'
import './error-note.css'

interface ErrorNoteProps {
  readonly error: ConsoleError
  /** Tries again. */
  retry?(): void
}

/** What went wrong and what to do, said aloud by screen readers. */
export function ErrorNote({ error, retry }: ErrorNoteProps) {
  return (
    <div className="error-note" role="alert">
      <p>
        <Inert text={error.message} /> <span className="quiet small">({error.code})</span>
      </p>
      {retry && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  )
}
