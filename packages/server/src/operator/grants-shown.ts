import { type GrantStanding, grantStandingJson } from '@ecp/host'
import { adviseCondition, type GrantInWords, type GrantTerms, grantSentence, type OperatorGrant } from '@ecp/protocol'

/** A grant as it stands, and in words. */
export function shownGrant(standing: GrantStanding): OperatorGrant {
  const { givers, ...grant } = grantStandingJson(standing)
  return {
    ...grant,
    ...inWords(standing.grant.terms),
    givers: givers.map(({ grant: _, proof, ...given }) => ({ ...given, proof: proof.kind })),
  }
}

export function inWords(terms: GrantTerms): GrantInWords {
  return { sentence: grantSentence(terms), advice: adviseCondition(terms.condition) }
}
