import { endGrant, grantStandingJson } from '@ecp/host'
import { hostApprovers } from '../approvals/host-approvers.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import { grantOf } from '../grants/find-grant.ts'
import type { Invocation } from '../invocation.ts'
import { readLedger, writeLedger } from '../open-ledger.ts'
import { visible } from '../terminal/visible.ts'

/** Ends a grant. It needs no key: it only takes away. */
export async function grantsRevoke(
  invocation: Invocation,
  id: string,
  { note }: { readonly note?: string },
): Promise<ExitCode> {
  const { terminal, common, now, user } = invocation
  const { approvers } = await hostApprovers(invocation)
  const grant = await (async () => {
    await using existing = await readLedger(invocation)
    return grantOf(existing.ledger, id)
  })()
  await using opened = await writeLedger(invocation)
  const ended = await endGrant({ ledger: opened.ledger, approvers, now }, grant, user, note)
  if (common.json) terminal.out(JSON.stringify(grantStandingJson(ended)))
  else terminal.out(`grant ${visible(grant.grant)} is revoked: nothing is allowed by it from the next decision on`)
  return exitCodes.done
}
