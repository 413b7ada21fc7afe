import type { OperatorClient, OperatorClients } from '@ecp/protocol'
import { useState } from 'react'
import { remove } from '../../api/ask.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { Confirm } from '../../parts/confirm.tsx'
import { Empty } from '../../parts/empty.tsx'
import { ErrorNote } from '../../parts/error-note.tsx'
import { Loading } from '../../parts/loading.tsx'
import { Page } from '../../parts/page.tsx'
import { Table } from '../../parts/table.tsx'
import { Inert } from '../../text/inert.tsx'
import { clientColumns } from './client-columns.tsx'

/** Who may connect, as which executor of which Context; and the way to end that. */
export default function Clients() {
  const { data, error, isLoading, reload } = useAnswer<OperatorClients>('/clients')
  const [doomed, setDoomed] = useState<OperatorClient>()
  const [gone, setGone] = useState<string>()
  const revoke = async ({ name }: OperatorClient) => {
    await remove(`/clients/${encodeURIComponent(name)}`)
    setGone(name)
    reload()
  }
  return (
    <Page title="Clients" lead="Who may connect to this host, and as what.">
      {error && <ErrorNote error={error} retry={reload} />}
      <p role="status" className="quiet">
        {gone !== undefined && (
          <>
            <Inert text={gone} /> was revoked: its token opens nothing any more.
          </>
        )}
      </p>
      {!data && isLoading && <Loading what="the clients" />}
      {data?.clients.length === 0 && (
        <Empty title="Nobody may connect yet">
          <p>
            <code>ecp clients add NAME --context FILE --executor NAME</code> makes a token for an agent.
          </p>
        </Empty>
      )}
      {data && data.clients.length > 0 && (
        <Table
          caption="Clients"
          columns={clientColumns(setDoomed)}
          rows={data.clients}
          keyOf={({ kind, name }) => `${kind} ${name}`}
        />
      )}
      {doomed && (
        <Confirm
          title="Revoke this client?"
          action="Revoke"
          isDanger
          onConfirm={() => revoke(doomed)}
          onClose={() => setDoomed(undefined)}
        >
          <p>
            The token of <Inert text={doomed.name} /> opens nothing from then on, and cannot be given back. Its runs
            stay in the ledger.
          </p>
        </Confirm>
      )}
    </Page>
  )
}
