import { type GrantStanding, grantStandingJson, grantStandingOf, isGrantOpen } from '@ecp/host'
import { grantSentence, grantStates } from '@ecp/protocol'
import { hostApprovers } from '../approvals/host-approvers.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import { allGrants } from '../grants/find-grant.ts'
import { grantStyles } from '../grants/words.ts'
import type { Invocation } from '../invocation.ts'
import { readLedgerIfAny } from '../open-ledger.ts'
import { type Cell, table } from '../terminal/table.ts'
import { visible } from '../terminal/visible.ts'
import { moment } from '../trace/words.ts'

const head = ['id', 'state', 'given by', 'used', 'until', 'what']

/** What may happen without asking, and what waits for more signatures; with `--all` what is over, too. */
export async function grantsList(
  invocation: Invocation,
  { all = false }: { readonly all?: boolean },
): Promise<ExitCode> {
  const { terminal, common, now } = invocation
  const { approvers } = await hostApprovers(invocation)
  await using opened = await readLedgerIfAny(invocation)
  const at = now()
  // What is over is not looked at where only open ones are asked for: there may be very many.
  const states = all ? [undefined] : (['offered', 'given'] as const)
  const found = opened ? states.flatMap((state) => [...allGrants(opened.ledger, state ? { state } : {})]) : []
  const listed = found
    .map((grant) => grantStandingOf(grant, approvers, at))
    .filter((one) => all || isGrantOpen(one))
    .toSorted((a, b) => grantStates.indexOf(a.state) - grantStates.indexOf(b.state))
  if (common.json) terminal.out(JSON.stringify(listed.map(grantStandingJson), null, 2))
  else if (listed.length === 0)
    terminal.err(all ? 'there are no grants' : 'nothing is granted; `ecp grants list --all` lists what is over, too')
  else terminal.out(table({ head, rows: listed.map(row) }, terminal.paint, terminal.columns))
  return exitCodes.done
}

function row({ grant, state, givenBy }: GrantStanding): Cell[] {
  const { terms, needs, used } = grant
  return [
    { text: visible(grant.grant, 80) },
    { text: state, style: grantStyles[state] },
    { text: `${givenBy} of ${needs.quorum}` },
    { text: `${used} of ${terms.uses}` },
    { text: moment(terms.until).slice(0, 19) },
    { text: visible(grantSentence(terms)) },
  ]
}
