import { Link } from 'wouter'

/** The ledger is damaged: what would happen cannot be known. */
export function MissingRecord() {
  return (
    <p>
      The record that holds it is missing. Do not approve what cannot be seen: look at{' '}
      <Link href="/chain">the chain</Link> first.
    </p>
  )
}
