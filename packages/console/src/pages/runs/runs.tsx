import type { OperatorRuns } from '@ecp/protocol'
import { useState } from 'react'
import { useSearchParams } from 'wouter'
import { useAnswer } from '../../api/use-answer.ts'
import { Empty } from '../../parts/empty.tsx'
import { ErrorNote } from '../../parts/error-note.tsx'
import { Loading } from '../../parts/loading.tsx'
import { Page } from '../../parts/page.tsx'
import { Search } from '../../parts/search.tsx'
import { Select } from '../../parts/select.tsx'
import { Table } from '../../parts/table.tsx'
import { runColumns } from './run-columns.tsx'
import { runsOfClient } from './runs-of-client.ts'

const step = 50
/** As many as one answer holds. */
const most = 500
const choices = [
  { value: '', label: 'Any status' },
  ...['running', 'completed', 'failed', 'cancelled'].map((value) => ({ value, label: value })),
]

/** The runs of all clients, the newest first; what happens in them shows as it happens. */
export default function Runs() {
  const [search, setSearch] = useSearchParams()
  const [limit, setLimit] = useState(step)
  const status = search.get('status') ?? ''
  const client = search.get('client') ?? ''
  const query = new URLSearchParams({ limit: String(client === '' ? limit : most), ...(status && { status }) })
  const { data, error, isLoading, reload } = useAnswer<OperatorRuns>(`/runs?${query}`, ({ kind }) => kind === 'run')
  const change = (next: { readonly status?: string; readonly client?: string }) => {
    const all = Object.entries({ status, client, ...next }).filter(([, value]) => value !== '')
    setSearch(all, { replace: true })
  }
  const runs = data && runsOfClient(data.runs, client)
  const isFiltered = status !== '' || client !== ''
  return (
    <Page
      title="Runs"
      lead="What agents do and did through ECP, the newest first."
      actions={
        <>
          <Search label="Client or principal" text={client} onChange={(text) => change({ client: text })} />
          <Select label="Status" value={status} choices={choices} onChange={(value) => change({ status: value })} />
        </>
      }
    >
      {error && <ErrorNote error={error} retry={reload} />}
      {!data && isLoading && <Loading what="the runs" />}
      {runs && runs.length > 0 && (
        <Table caption="Runs, the newest first" columns={runColumns} rows={runs} keyOf={({ run }) => run} />
      )}
      {runs?.length === 0 && !isFiltered && <None />}
      {runs?.length === 0 && isFiltered && (
        <Empty title="No run fits">
          <button type="button" onClick={() => change({ status: '', client: '' })}>
            Show all runs
          </button>
        </Empty>
      )}
      {data?.nextCursor !== undefined &&
        (limit < most && client === '' ? (
          <p>
            <button type="button" onClick={() => setLimit(Math.min(most, limit * 2))}>
              Show more
            </button>
          </p>
        ) : (
          <p className="quiet">
            These are of the newest {most}. <code>ecp trace list</code> lists all.
          </p>
        ))}
    </Page>
  )
}

function None() {
  return (
    <Empty title="No runs yet">
      <p>
        A run begins with the first call that an agent makes through ECP. <code>ecp clients add</code> says who may
        connect; what it prints goes into the agent’s settings.
      </p>
    </Empty>
  )
}
