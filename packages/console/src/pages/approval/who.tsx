import type { OperatorApproval } from '@ecp/protocol'
import { Fact, Facts } from '../../parts/facts.tsx'
import { Ago, Time } from '../../parts/time.tsx'
import { Inert } from '../../text/inert.tsx'

/** Who asks, for whom, under what, and since when. */
export function Who({ approval }: { readonly approval: OperatorApproval }) {
  const { client, executor, principal, requestedAt, asked } = approval
  return (
    <section aria-labelledby="who">
      <h2 id="who">Who asks</h2>
      <Facts>
        <Fact name="Client">{client === undefined ? 'one that is not on record' : <Inert text={client} />}</Fact>
        <Fact name="Executor">
          <Inert text={executor} />
          {asked && (
            <span className="quiet">
              {' '}
              of <Inert text={`${asked.context.name} ${asked.context.version}`} />
            </span>
          )}
        </Fact>
        <Fact name="For">
          <Inert text={principal} />
        </Fact>
        <Fact name="Asked">
          <Ago at={requestedAt} />
          <span className="quiet">
            , <Time at={requestedAt} />
          </span>
        </Fact>
      </Facts>
    </section>
  )
}
