import type { GrantInWords, OperatorGrantGiven, OperatorGrantOptions } from '@ecp/protocol'
import { Link } from 'wouter'
import { Badge } from '../../parts/badge.tsx'
import { Inert } from '../../text/inert.tsx'

interface Props {
  readonly options: OperatorGrantOptions
  readonly isBusy: boolean
  onGive(): void
}

/** What would be granted, in a sentence, and the button that grants it. */
export function Offered({ options, isBusy, onGive }: Props) {
  return (
    <section className="grant-offered" aria-label="What it lets happen">
      <InWords words={options} />
      {!options.covers && <p className="quiet">The call that is held now would not happen under it.</p>}
      <button type="button" className="primary" disabled={isBusy} onClick={onGive}>
        {isBusy ? 'Granting…' : 'Grant this'}
      </button>
    </section>
  )
}

/** What came of it. */
export function Given({ given }: { readonly given: OperatorGrantGiven }) {
  const { state, givenBy, needs, covers } = given
  return (
    <section className="grant-offered" role="status">
      <p>
        <Badge tone={state === 'given' ? 'allow' : 'hold'}>{state}</Badge>{' '}
        {state === 'given'
          ? 'From the next call on nobody is asked for it.'
          : `${givenBy} of ${needs.quorum} have signed: it counts when all have, on the page of grants.`}
        {state === 'given' && covers && ' The call that was held goes on where it waits.'}
      </p>
      <InWords words={given} />
      <p>
        <Link href="/grants">All grants</Link>
      </p>
    </section>
  )
}

function InWords({ words: { sentence, advice } }: { readonly words: GrantInWords }) {
  return (
    <>
      <p>
        <Inert text={sentence} />
      </p>
      {advice.map((text) => (
        <p key={text}>
          <Badge tone="hold">note</Badge> <Inert text={text} />
        </p>
      ))}
    </>
  )
}
