import { grantStandingJson, grantStandingOf } from '@ecp/host'
import { hostApprovers } from '../approvals/host-approvers.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import { grantOf } from '../grants/find-grant.ts'
import { grantText } from '../grants/words.ts'
import type { Invocation } from '../invocation.ts'
import { readLedger } from '../open-ledger.ts'

/** One grant: what it lets happen, who has given it, and how often it was used. */
export async function grantsShow(invocation: Invocation, id: string): Promise<ExitCode> {
  const { terminal, common, now } = invocation
  const { approvers } = await hostApprovers(invocation)
  await using opened = await readLedger(invocation)
  const standing = grantStandingOf(grantOf(opened.ledger, id), approvers, now())
  terminal.out(common.json ? JSON.stringify(grantStandingJson(standing), null, 2) : grantText(standing, terminal.paint))
  return exitCodes.done
}
