import { grantStandingJson, newGrant, newGrantSaid, signGrant, writeGrant } from '@ecp/host'
import { type Approval, allApprovals, type Ledger } from '@ecp/ledger'
import { approvalOf } from '../approvals/find-approval.ts'
import { hostApprovers } from '../approvals/host-approvers.ts'
import { type SigningOptions, signer } from '../approvals/signer.ts'
import { durationOf } from '../duration.ts'
import { CliError } from '../error.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import { confirmGrant } from '../grants/confirm.ts'
import { givenText } from '../grants/words.ts'
import type { Invocation } from '../invocation.ts'
import { readLedger, writeLedger } from '../open-ledger.ts'
import { visible } from '../terminal/visible.ts'

export interface GrantsAddOptions extends SigningOptions {
  /** CEL over `args`. */
  readonly where: string
  readonly times: string
  /** A duration such as 2h. */
  readonly for: string
  readonly scope: 'run' | 'principal'
  readonly note?: string
  readonly yes?: boolean
  /** In place of an approval's id: the newest one of this run for this tool. */
  readonly run?: string
  readonly tool?: string
  readonly executor?: string
}

/** Grants actions like one that was held: shows the grant as a sentence, asks, signs. */
export async function grantsAdd(
  invocation: Invocation,
  id: string | undefined,
  options: GrantsAddOptions,
): Promise<ExitCode> {
  const { terminal, common, now } = invocation
  const { where, scope, note, yes = false } = options
  const wish = { condition: where, uses: Number(options.times), lasts: durationOf('--for', options.for), scope }
  const { approvers } = await hostApprovers(invocation)
  const offered = await (async () => {
    // A ledger that nobody has written to yet is not made by asking about it.
    await using existing = await readLedger(invocation)
    return newGrant(heldAs(existing.ledger, id, options), wish, now())
  })()
  await confirmGrant(invocation, offered.terms, yes)
  type Said = ReturnType<typeof newGrantSaid>
  const sign = (said: Said, key: Parameters<typeof signGrant>[2]) => signGrant(offered, said, key)
  const who = await signer(invocation, offered.needs, approvers, options, sign)
  const said = newGrantSaid(who.by)
  await using opened = await writeLedger(invocation)
  const desk = { ledger: opened.ledger, approvers, now }
  const given = await writeGrant(desk, offered, { ...said, ...(note === undefined ? {} : { note }) }, who.proof(said))
  terminal.out(common.json ? JSON.stringify({ ...grantStandingJson(given), covers: given.covers }) : givenText(given))
  return exitCodes.done
}

/** The held action that the grant is made from. */
function heldAs(ledger: Ledger, id: string | undefined, { run, tool, executor }: GrantsAddOptions): Approval {
  if (id !== undefined) {
    if (run === undefined && tool === undefined && executor === undefined) return approvalOf(ledger, id, ['hold'])
    throw new CliError('cli.usage', 'name an approval, or `--run` and `--tool`, not both')
  }
  if (run === undefined || tool === undefined)
    throw new CliError('cli.usage', 'name the approval that the grant is made from, or `--run` and `--tool`')
  for (const approval of allApprovals(ledger, { kind: 'hold', run }))
    if (approval.target === tool && (executor === undefined || approval.executor === executor)) return approval
  const what = `\`${visible(tool, 120)}\` in run \`${visible(run, 80)}\``
  throw new CliError(
    'cli.not-found',
    `nobody was asked about ${what} yet: a grant is made from an action that was held`,
  )
}
