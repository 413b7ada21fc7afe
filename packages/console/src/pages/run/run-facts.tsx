import type { OperatorRun } from '@ecp/protocol'
import { exactly } from '../../parts/duration.ts'
import { Time } from '../../parts/time.tsx'
import { Inert } from '../../text/inert.tsx'

/** Who acts, for whom, since when, and how often. */
export function RunFacts({ run }: { readonly run: OperatorRun }) {
  const { executor, principal, client, startedAt, endedAt, actions, denied, inFlight } = run
  return (
    <>
      <Inert text={executor} /> for <Inert text={principal} /> through <Inert text={client} />, since{' '}
      <Time at={startedAt} />
      {endedAt !== undefined && `, for ${exactly(endedAt - startedAt)}`}. {actions.toLocaleString()}{' '}
      {actions === 1 ? 'action' : 'actions'}
      {denied > 0 && `, ${denied.toLocaleString()} denied`}
      {inFlight > 0 && `, ${inFlight.toLocaleString()} in flight`}.
    </>
  )
}
