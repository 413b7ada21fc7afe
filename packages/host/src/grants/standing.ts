import { type Giver, type Grant, grantStateAt } from '@ecp/ledger'
import { type AnswerWorth, type GrantState, grantSentence } from '@ecp/protocol'
import type { Approvers } from '../approvals/approvers.ts'
import { giversThatCount, grantWorth } from './judge.ts'

/** A grant as it stands now: what its signatures are worth under the approvers that the host names. */
export interface GrantStanding {
  readonly grant: Grant
  /** `given` only where the signatures are worth it: anybody can write one down, not anybody can sign it. */
  readonly state: GrantState
  readonly givers: readonly (Giver & { readonly worth: AnswerWorth })[]
  /** How many different people have given it so that it counts. */
  readonly givenBy: number
}

export function grantStandingOf(grant: Grant, approvers: Approvers, at: number): GrantStanding {
  const { needs } = grant
  const written = grantStateAt(grant, at)
  const givenBy = giversThatCount(grant, needs, approvers)
  const state = written === 'given' && givenBy < Math.max(1, needs.quorum) ? 'offered' : written
  const givers = grant.givers.map((given) => ({ ...given, worth: grantWorth(grant, given, needs, approvers) }))
  return { grant, state, givers, givenBy }
}

/** The same as JSON: the grant's own fields, with what became of them and the sentence that says it. */
export function grantStandingJson({ grant, state, givers, givenBy }: GrantStanding) {
  return { ...grant, state, givers, givenBy, sentence: grantSentence(grant.terms) }
}

/** Whether it can still be signed, used or revoked. */
export const isGrantOpen = ({ state }: Pick<GrantStanding, 'state'>): boolean =>
  state === 'offered' || state === 'given'
