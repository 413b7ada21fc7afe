import { grantStandingJson, grantStandingOf, joinGrant, newGrantSaid, refuseOverGrant, signGrant } from '@ecp/host'
import { hostApprovers } from '../approvals/host-approvers.ts'
import { type SigningOptions, signer } from '../approvals/signer.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import { confirmGrant } from '../grants/confirm.ts'
import { grantOf } from '../grants/find-grant.ts'
import { givenText } from '../grants/words.ts'
import type { Invocation } from '../invocation.ts'
import { readLedger, writeLedger } from '../open-ledger.ts'

export interface GrantsSignOptions extends SigningOptions {
  readonly note?: string
  readonly yes?: boolean
}

/** Another person's yes to a grant that needs several. */
export async function grantsSign(
  invocation: Invocation,
  id: string,
  { note, yes = false, ...signing }: GrantsSignOptions,
): Promise<ExitCode> {
  const { terminal, common, now } = invocation
  const { approvers } = await hostApprovers(invocation)
  const grant = await (async () => {
    await using existing = await readLedger(invocation)
    return grantOf(existing.ledger, id)
  })()
  refuseOverGrant(grantStandingOf(grant, approvers, now()))
  await confirmGrant(invocation, grant.terms, yes)
  type Said = ReturnType<typeof newGrantSaid>
  const sign = (said: Said, key: Parameters<typeof signGrant>[2]) => signGrant(grant, said, key)
  const who = await signer(invocation, grant.needs, approvers, signing, sign)
  const said = newGrantSaid(who.by)
  await using opened = await writeLedger(invocation)
  const desk = { ledger: opened.ledger, approvers, now }
  const given = await joinGrant(desk, grant, { ...said, ...(note === undefined ? {} : { note }) }, who.proof(said))
  terminal.out(common.json ? JSON.stringify({ ...grantStandingJson(given), covers: given.covers }) : givenText(given))
  return exitCodes.done
}
