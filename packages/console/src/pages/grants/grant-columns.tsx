import type { GrantState, OperatorGrant } from '@ecp/protocol'
import { Badge, type Tone } from '../../parts/badge.tsx'
import type { Column } from '../../parts/table.tsx'
import { Left } from '../../parts/time.tsx'
import { Inert } from '../../text/inert.tsx'

const tones: Readonly<Record<GrantState, Tone>> = {
  offered: 'hold',
  given: 'allow',
  spent: 'quiet',
  revoked: 'deny',
  expired: 'quiet',
}

interface GrantActs {
  /** Asks about the grant that somebody wants gone. */
  revoke(grant: OperatorGrant): void
  /** Asks about the grant that somebody wants to sign, too. */
  sign(grant: OperatorGrant): void
}

export function grantColumns({ revoke, sign }: GrantActs): readonly Column<OperatorGrant>[] {
  return [
    {
      key: 'what',
      head: 'What it lets happen',
      cell: ({ sentence, terms, advice }) => (
        <>
          <Inert text={sentence} />
          {terms.condition !== 'true' && (
            <div className="mono quiet">
              <Inert text={terms.condition} />
            </div>
          )}
          {advice.map((text) => (
            <div key={text}>
              <Badge tone="hold">note</Badge> <Inert text={text} />
            </div>
          ))}
        </>
      ),
    },
    {
      key: 'state',
      head: 'State',
      cell: ({ state, givenBy, needs, terms }) => (
        <>
          <Badge tone={tones[state]}>{state}</Badge>
          <div className="quiet">
            {givenBy} of {needs.quorum} signed
          </div>
          <div className="quiet">
            <Left until={terms.until} />
          </div>
        </>
      ),
    },
    { key: 'used', head: 'Used', align: 'end', cell: ({ used, terms }) => `${used} of ${terms.uses}` },
    {
      key: 'acts',
      head: 'Sign or end it',
      cell: (grant) => (
        <>
          {grant.state === 'offered' && (
            <button type="button" onClick={() => sign(grant)}>
              Sign<span className="unseen"> grant {grant.grant}</span>
            </button>
          )}{' '}
          <button type="button" className="danger" onClick={() => revoke(grant)}>
            Revoke<span className="unseen"> grant {grant.grant}</span>
          </button>
        </>
      ),
    },
  ]
}
