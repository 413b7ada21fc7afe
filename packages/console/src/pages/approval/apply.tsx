import type { OperatorApplied, OperatorApproval } from '@ecp/protocol'
import { useState } from 'react'
import { Link } from 'wouter'
import { post } from '../../api/ask.ts'
import { type ConsoleError, errorOf } from '../../error.ts'
import { OutcomeBadge } from '../../parts/badge.tsx'
import { ErrorNote } from '../../parts/error-note.tsx'
import { textLines } from '../../text/exact-lines.ts'
import { ExactText } from '../../text/exact-text.tsx'

interface Props {
  readonly approval: OperatorApproval
  /** It is approved, and nobody has applied it. */
  readonly isReady: boolean
  onDone(): void
}

/** Performs a proposal that is approved, and shows what the tool said. */
export function Apply({ approval, isReady, onDone }: Props) {
  const [isApplying, setApplying] = useState(false)
  const [error, setError] = useState<ConsoleError>()
  const [applied, setApplied] = useState<OperatorApplied>()
  const apply = async () => {
    setApplying(true)
    setError(undefined)
    try {
      setApplied(await post<OperatorApplied>(`/approvals/${encodeURIComponent(approval.approval)}/apply`))
    } catch (cause) {
      setError(errorOf(cause))
    } finally {
      setApplying(false)
      onDone()
    }
  }
  return (
    <div className="apply">
      {isReady && !applied && (
        <button type="button" className="primary" disabled={isApplying} onClick={() => void apply()}>
          {isApplying ? 'Applying…' : 'Apply it now'}
        </button>
      )}
      {error && <ErrorNote error={error} />}
      {applied && <Applied applied={applied} />}
    </div>
  )
}

function Applied({ applied: { status, text, codes, waiting } }: { readonly applied: OperatorApplied }) {
  return (
    <div role="status">
      <p>
        <OutcomeBadge status={status} /> {status === 'unknown' && 'It may have happened: look before you do it again.'}
        {codes.map((code) => (
          <code key={code}> {code}</code>
        ))}
      </p>
      {text !== '' && <ExactText lines={textLines(text)} label="What the tool said" />}
      {waiting !== undefined && (
        <p>
          It waits for <Link href={`/approvals/${encodeURIComponent(waiting)}`}>another approval</Link>.
        </p>
      )}
    </div>
  )
}
