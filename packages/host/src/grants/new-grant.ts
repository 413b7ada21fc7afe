import { randomBytes, randomUUID } from 'node:crypto'
import type { Approval } from '@ecp/ledger'
import { type GrantOffered, grantProblem } from '@ecp/protocol'
import { HostError } from '../error.ts'
import type { GrantSaid } from './signature.ts'

export interface GrantWish {
  /** CEL over `args`. */
  readonly condition: string
  readonly uses: number
  /** Milliseconds. */
  readonly lasts: number
  readonly scope: 'run' | 'principal'
}

/**
 * A grant for actions like the one that was held, to be signed. Throws `grant.refused` for one that could do nothing: it would
 * hold for longer than an approval of the tool may, or its terms cannot be given.
 */
export function newGrant(approval: Approval, { condition, uses, lasts, scope }: GrantWish, at: number): GrantOffered {
  const { kind, target, executor, principal, policyDigest, run, terms: needs } = approval
  if (kind !== 'hold') throw refused(`it is a ${kind}, and each of those a person answers for itself`)
  if (lasts > needs.expiresAfter) {
    const longest = Math.floor(needs.expiresAfter / 1_000)
    throw refused(`an approval of \`${target}\` holds for ${longest} s at most, and a grant of it for no longer`)
  }
  const place = { target, executor, principal, policyDigest, ...(scope === 'run' ? { run } : {}) }
  const terms = { ...place, condition, uses, from: at, until: at + lasts }
  const problem = grantProblem(terms)
  if (problem !== undefined) throw refused(problem)
  return { grant: randomUUID(), terms, needs, approval: approval.approval }
}

/** A new yes to a grant, to be signed. */
export function newGrantSaid(by: string): GrantSaid {
  return { by, nonce: randomBytes(16).toString('base64url') }
}

export function refused(why: string): HostError {
  return new HostError('grant.refused', `that cannot be granted: ${why}`)
}
