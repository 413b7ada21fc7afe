import type { OperatorFault } from '@ecp/protocol'
import { Link } from 'wouter'
import type { Column } from '../../parts/table.tsx'
import { Inert } from '../../text/inert.tsx'

export const faultColumns: readonly Column<OperatorFault & { readonly index: number }>[] = [
  { key: 'code', head: 'Fault', cell: ({ code }) => <code>{code}</code> },
  {
    key: 'run',
    head: 'Chain',
    cell: ({ run }) =>
      run === '' ? (
        'of the ledger'
      ) : (
        <Link href={`/runs/${encodeURIComponent(run)}`} className="mono">
          <Inert text={run} />
        </Link>
      ),
  },
  { key: 'seq', head: 'Record', align: 'end', cell: ({ seq }) => (seq === 0 ? 'all of it' : seq.toLocaleString()) },
  { key: 'message', head: 'What is wrong', cell: ({ message }) => <Inert text={message} /> },
]
