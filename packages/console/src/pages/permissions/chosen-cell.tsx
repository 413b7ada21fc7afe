import type { OperatorBoundary, Permission } from '@ecp/protocol'
import { Badge } from '../../parts/badge.tsx'
import { Place, Reasons } from '../../parts/reasons.tsx'
import { Inert } from '../../text/inert.tsx'
import type { MatrixRow } from './matrix.ts'
import { outlookWords } from './outlook-words.ts'

interface ChosenCellProps {
  readonly row: MatrixRow
  readonly permission: Permission | undefined
  readonly boundary: OperatorBoundary | undefined
  close(): void
}

/** Why a cell says what it says: every reason and condition, with the line of the file that it comes from. */
export function ChosenCell({ row, permission, boundary, close }: ChosenCellProps) {
  return (
    <>
      <div className="permissions-why-head">
        <h2>
          <Inert text={row.target} />
        </h2>
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
      <p>
        {permission && (
          <Badge tone={outlookWords[permission.outlook].tone}>{outlookWords[permission.outlook].word}</Badge>
        )}{' '}
        {boundary && (
          <>
            for <Inert text={boundary.executor} />
          </>
        )}
        {permission && `: ${outlookWords[permission.outlook].means}`}
      </p>
      {permission ? <Why permission={permission} /> : <p>Its Context says nothing of it, or cannot be read.</p>}
    </>
  )
}

function Why({ permission: { reasons, conditions, acts, actsWhy } }: { readonly permission: Permission }) {
  return (
    <>
      {reasons.length > 0 && <Reasons reasons={reasons} />}
      {conditions.length > 0 && (
        <ul className="reasons">
          {conditions.map(({ list, source, entry }, index) => (
            <li key={index.toString()}>
              {list === 'allow' ? 'if' : 'unless'}{' '}
              <code>
                <Inert text={source} />
              </code>
              <Place reason={entry} />
            </li>
          ))}
        </ul>
      )}
      <p className="quiet">
        It {acts === 'neither' ? 'neither reads nor writes' : acts === 'read' ? 'reads' : 'writes'}:{' '}
        <Inert text={actsWhy} />
      </p>
    </>
  )
}
