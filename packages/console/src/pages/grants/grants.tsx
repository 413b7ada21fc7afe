import type { OperatorGrant, OperatorGrants } from '@ecp/protocol'
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
import { grantColumns } from './grant-columns.tsx'
import { SignGrant } from './sign-grant.tsx'

/** What may happen without asking each time; and the way to end that. */
export default function Grants() {
  const { data, error, isLoading, reload } = useAnswer<OperatorGrants>(
    '/grants?limit=500',
    ({ kind }) => kind !== 'state',
  )
  const [doomed, setDoomed] = useState<OperatorGrant>()
  const [unsigned, setUnsigned] = useState<OperatorGrant>()
  const [isGone, setGone] = useState(false)
  const revoke = async ({ grant }: OperatorGrant) => {
    await remove(`/grants/${encodeURIComponent(grant)}`)
    setGone(true)
    reload()
  }
  return (
    <Page title="Grants" lead="What may happen without asking each time: so often, and so long.">
      {error && <ErrorNote error={error} retry={reload} />}
      <p role="status" className="quiet">
        {isGone && 'The grant was revoked: nothing is allowed by it any more.'}
      </p>
      {!data && isLoading && <Loading what="the grants" />}
      {data?.grants.length === 0 && (
        <Empty title="Nothing is granted">
          <p>
            Open a call that is held and choose “Grant calls like this instead”, or use{' '}
            <code>ecp grants add APPROVAL --where CONDITION --times N --for 2h</code>.
          </p>
        </Empty>
      )}
      {data && data.grants.length > 0 && (
        <Table
          caption="Grants"
          columns={grantColumns({ revoke: setDoomed, sign: setUnsigned })}
          rows={data.grants}
          keyOf={({ grant }) => grant}
        />
      )}
      {unsigned && <SignGrant grant={unsigned} onSigned={reload} onClose={() => setUnsigned(undefined)} />}
      {doomed && (
        <Confirm
          title="Revoke this grant?"
          action="Revoke"
          isDanger
          onConfirm={() => revoke(doomed)}
          onClose={() => setDoomed(undefined)}
        >
          <p>
            <Inert text={doomed.sentence} />
          </p>
          <p>From the next call on a person is asked again. What has happened stays in the ledger.</p>
        </Confirm>
      )}
    </Page>
  )
}
