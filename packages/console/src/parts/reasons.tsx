import type { Reason } from '@ecp/protocol'
import { Inert } from '../text/inert.tsx'
import './reasons.css'

/** Every reason of a decision: its code, what it says, and the line of the file that its rule stands in. */
export function Reasons({ reasons }: { readonly reasons: readonly Reason[] }) {
  if (reasons.length === 0) return <p className="quiet">No reason is on record.</p>
  return (
    <ul className="reasons">
      {reasons.map((reason, index) => (
        <li key={index.toString()}>
          <code className="reasons-code">{reason.code}</code> <span className="quiet">{reason.layer}</span>
          <div>
            <Inert text={reason.message} />
          </div>
          <Place reason={reason} />
        </li>
      ))}
    </ul>
  )
}

/** `file:line:column`, as editors open it. */
export function Place({ reason: { rule } }: { readonly reason: Reason }) {
  if (!rule) return null
  return (
    <div className="mono quiet">
      <Inert text={`${rule.file}:${rule.line}:${rule.column}`} />
    </div>
  )
}
