import type { Grant, GrantQuery, Ledger } from '@ecp/ledger'
import { CliError } from '../error.ts'
import { visible } from '../terminal/visible.ts'

const page = 500

/** All grants, the newest first. */
export function* allGrants(ledger: Ledger, query: Pick<GrantQuery, 'state'> = {}): Iterable<Grant> {
  let after: string | undefined
  for (;;) {
    const found = ledger.grants({ ...query, limit: page, ...(after === undefined ? {} : { after }) })
    yield* found
    after = found.at(-1)?.grant
    if (found.length < page || after === undefined) return
  }
}

/** The grant that a person means by its id, or by the beginning of one. Throws `cli.not-found` for none or several. */
export function grantOf(ledger: Ledger, reference: string): Grant {
  const given = visible(reference, 80)
  const exact = ledger.grant(reference)
  if (exact) return exact
  const matches = reference === '' ? [] : [...allGrants(ledger)].filter(({ grant }) => grant.startsWith(reference))
  const [only, ...others] = matches
  if (only && others.length === 0) return only
  if (only) {
    const ids = matches.slice(0, 5).map(({ grant }) => `\`${visible(grant, 80)}\``)
    throw new CliError('cli.not-found', `${matches.length} ids begin with \`${given}\`: ${ids.join(', ')}`)
  }
  throw new CliError('cli.not-found', `no grant \`${given}\` in this ledger; \`ecp grants list\` lists them`)
}
