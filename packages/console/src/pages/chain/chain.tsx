import type { OperatorChain } from '@ecp/protocol'
import type { ReactNode } from 'react'
import { useAnswer } from '../../api/use-answer.ts'
import { exactly } from '../../parts/duration.ts'
import { ErrorNote } from '../../parts/error-note.tsx'
import { Loading } from '../../parts/loading.tsx'
import { Page } from '../../parts/page.tsx'
import { Table } from '../../parts/table.tsx'
import { Time } from '../../parts/time.tsx'
import { Inert } from '../../text/inert.tsx'
import { faultColumns } from './fault-columns.tsx'
import './chain.css'

/** Whether the ledger is what it was when it was written: how far it goes, and everything that is wrong with it. */
export default function Chain() {
  const { data, error, isLoading, reload } = useAnswer<OperatorChain>('/chain')
  return (
    <Page
      title="Chain"
      lead="Every record holds the hash of the one before it, so that no one can be changed, left out or put in unseen."
      actions={
        <button type="button" onClick={reload} disabled={isLoading}>
          {isLoading ? 'Verifying…' : 'Verify again'}
        </button>
      }
    >
      {error && <ErrorNote error={error} retry={reload} />}
      {!data && isLoading && <Loading what="every record of the ledger" />}
      {data && <Verified chain={data} />}
    </Page>
  )
}

function Verified({ chain }: { readonly chain: OperatorChain }) {
  const { faults, faultCount, records, runs, decisions, head, file, checkedAt, durationMs } = chain
  const isSound = faultCount === 0
  return (
    <>
      <p className={isSound ? 'chain-verdict chain-sound' : 'chain-verdict chain-broken'} role="status">
        <strong>
          {isSound
            ? '✓ Verified: every byte is as it was written'
            : `✗ ${faultCount.toLocaleString()} ${faultCount === 1 ? 'fault' : 'faults'} found`}
        </strong>
        {!isSound && (
          <>
            <br />
            Somebody or something changed the file behind ECP’s back. Freeze the agents, keep a copy of the file as it
            is, and find out who can write to it.
          </>
        )}
      </p>
      <dl className="chain-facts">
        <Fact name="Records">{records.toLocaleString()}</Fact>
        <Fact name="Runs">{runs.toLocaleString()}</Fact>
        <Fact name="Decided again">{decisions.toLocaleString()}, with the same answer</Fact>
        <Fact name="Head">
          record {head.seq.toLocaleString()}
          <div className="mono">
            <Inert text={head.hash} />
          </div>
        </Fact>
        <Fact name="File">
          <span className="mono">
            <Inert text={file} />
          </span>
        </Fact>
        <Fact name="Verified">
          <Time at={checkedAt} />, in {exactly(durationMs)}
        </Fact>
      </dl>
      {faults.length > 0 && (
        <>
          <h2>Faults</h2>
          <Table
            caption="Faults"
            columns={faultColumns}
            rows={faults.map((fault, index) => ({ ...fault, index }))}
            keyOf={({ index }) => String(index)}
          />
          {faultCount > faults.length && (
            <p className="quiet">
              These are the first {faults.length} of {faultCount.toLocaleString()}. <code>ecp trace verify</code> lists
              all.
            </p>
          )}
        </>
      )}
      <p className="quiet">
        Records that were cut off at the end leave no trace here: only a checkpoint that somebody else holds shows that.
      </p>
    </>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
