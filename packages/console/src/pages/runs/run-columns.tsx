import type { OperatorRun } from '@ecp/protocol'
import { Link } from 'wouter'
import type { Column } from '../../parts/table.tsx'
import { Ago } from '../../parts/time.tsx'
import { Inert } from '../../text/inert.tsx'
import { StatusBadge } from './status-badge.tsx'

export const runColumns: readonly Column<OperatorRun>[] = [
  {
    key: 'run',
    head: 'Run',
    cell: ({ run, context, executor }) => (
      <Link href={`/runs/${encodeURIComponent(run)}`}>
        <Inert text={context.name} /> <Inert text={context.version} /> / <Inert text={executor} />
      </Link>
    ),
  },
  { key: 'status', head: 'Status', cell: ({ status }) => <StatusBadge status={status} /> },
  {
    key: 'client',
    head: 'Client',
    cell: ({ client, principal }) => (
      <>
        <Inert text={client} />
        {principal !== client && (
          <span className="quiet">
            {' '}
            for <Inert text={principal} />
          </span>
        )}
      </>
    ),
  },
  { key: 'started', head: 'Started', cell: ({ startedAt }) => <Ago at={startedAt} /> },
  { key: 'actions', head: 'Actions', align: 'end', cell: ({ actions }) => actions.toLocaleString() },
  { key: 'denied', head: 'Denied', align: 'end', cell: ({ denied }) => <Count count={denied} tone="deny" /> },
  { key: 'in-flight', head: 'In flight', align: 'end', cell: ({ inFlight }) => <Count count={inFlight} tone="text" /> },
]

/** Nothing is quiet; anything else stands out. */
function Count({ count, tone }: { readonly count: number; readonly tone: 'deny' | 'text' }) {
  if (count === 0) return <span className="quiet">0</span>
  return <strong style={{ color: `var(--${tone})` }}>{count.toLocaleString()}</strong>
}
