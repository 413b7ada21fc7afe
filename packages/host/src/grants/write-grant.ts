import { type Grant, type Ledger, LedgerError } from '@ecp/ledger'
import { grantFits } from '@ecp/policy'
import type { GrantGiven, GrantOffered, Proof } from '@ecp/protocol'
import type { Approvers } from '../approvals/approvers.ts'
import { worthless } from '../approvals/write-answer.ts'
import { HostError } from '../error.ts'
import { grantWorth } from './judge.ts'
import type { GrantSaid } from './signature.ts'
import { type GrantStanding, grantStandingOf, isGrantOpen } from './standing.ts'

export interface GrantDesk {
  readonly ledger: Pick<
    Ledger,
    'approval' | 'cancelApproval' | 'decided' | 'giveGrant' | 'grant' | 'offerGrant' | 'revokeGrant'
  >
  readonly approvers: Approvers
  now(): number
}
type Said = GrantSaid & Pick<GrantGiven, 'note'>

/** A grant that was written down, and whether the action that it was made from may now happen under it. */
export interface WrittenGrant extends GrantStanding {
  readonly covers: boolean
}

/**
 * Writes down a grant with the first yes to it. Throws `grant.refused` for a yes that would not count: then nothing is written.
 */
export async function writeGrant(
  desk: GrantDesk,
  offered: GrantOffered,
  said: Said,
  proof: Proof,
): Promise<WrittenGrant> {
  const given = sound(desk, offered, said, proof)
  return written(desk, await desk.ledger.offerGrant(desk.now(), offered, given), said.by)
}

/** Writes down another yes. Throws `grant.over` for a grant that is, and `grant.refused` as {@link writeGrant} does. */
export async function joinGrant(desk: GrantDesk, grant: Grant, said: Said, proof: Proof): Promise<WrittenGrant> {
  const standing = grantStandingOf(grant, desk.approvers, desk.now())
  refuseOverGrant(standing)
  if (standing.givers.some(({ by, worth }) => by === said.by && worth === 'counts'))
    throw new HostError('grant.refused', `\`${said.by}\` has given it already`)
  const given = sound(desk, grant, said, proof)
  return written(desk, await desk.ledger.giveGrant(desk.now(), given), said.by)
}

/** Ends a grant. It needs no signature: it only takes away. Throws `grant.over`. */
export async function endGrant(desk: GrantDesk, grant: Grant, by: string, note?: string): Promise<GrantStanding> {
  const at = desk.now()
  refuseOverGrant(grantStandingOf(grant, desk.approvers, at))
  const body = { grant: grant.grant, by, ...(note === undefined ? {} : { note }) }
  return grantStandingOf(await desk.ledger.revokeGrant(at, body), desk.approvers, at)
}

/** Throws `grant.over` for one that is revoked, spent or expired. */
export function refuseOverGrant(standing: GrantStanding): void {
  if (isGrantOpen(standing)) return
  throw new HostError('grant.over', `grant \`${standing.grant.grant}\` is ${standing.state}: nothing more comes of it`)
}

function sound({ approvers }: GrantDesk, offered: GrantOffered, { by, nonce, note }: Said, proof: Proof): GrantGiven {
  const given = { grant: offered.grant, by, nonce, ...(note === undefined ? {} : { note }), proof }
  const worth = grantWorth(offered, given, offered.needs, approvers)
  if (worth !== 'counts') throw new HostError('grant.refused', `\`${by}\`: ${worthless[worth]}`)
  return given
}

/** Whether the action that the grant was made from could happen under it, once it is given. */
export function grantCovers(
  ledger: Pick<Ledger, 'approval' | 'decided'>,
  offered: GrantOffered & { readonly used?: number },
  at: number,
): boolean {
  const { grant: id, terms, needs, approval, used = 0 } = offered
  const asked = approval === undefined ? undefined : ledger.approval(approval)
  const action = asked && ledger.decided(asked.run, asked.action)?.action
  return !!action && grantFits({ kind: 'grant', id, terms, used }, { ...action, at }, terms.policyDigest, needs)
}

/** Who waits for the action that the grant was made from goes on, if it may happen under the grant. */
async function written({ ledger, approvers, now }: GrantDesk, grant: Grant, by: string): Promise<WrittenGrant> {
  const at = now()
  const standing = grantStandingOf(grant, approvers, at)
  const covers = grantCovers(ledger, grant, at)
  const asked = grant.approval === undefined ? undefined : ledger.approval(grant.approval)
  if (asked && covers && standing.state === 'given' && asked.state === 'pending') {
    const note = 'a grant was given instead'
    try {
      await ledger.cancelApproval(at, { approval: asked.approval, by, note, grant: grant.grant })
    } catch (cause) {
      // Somebody else was first: it is over in any case.
      if (!(cause instanceof LedgerError && cause.code === 'ledger.approval-over')) throw cause
    }
  }
  return { ...standing, covers }
}
