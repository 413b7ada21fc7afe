import type { GrantAnswer, GrantGiven, GrantOffered, GrantTerms } from '@ecp/protocol'
import type { DecideRequest, FoundApprovals } from '../src/index.ts'
import { asked, decision, policy, start } from './samples.ts'

export const terms: GrantTerms = {
  target: 'files:read',
  condition: 'true',
  uses: 2,
  from: 1_000,
  until: 10_000,
  executor: start.executor,
  principal: start.principal,
  policyDigest: policy,
}

export function offered(grant: string, over: Partial<GrantTerms> = {}, quorum = 1): GrantOffered {
  return { grant, terms: { ...terms, ...over }, needs: { expiresAfter: 100_000, approvers: [], quorum } }
}

export function given(grant: string, by = 'ada', nonce = `${grant} ${by}`): GrantGiven {
  return { grant, by, nonce, proof: { kind: 'unsigned' } }
}

/** A write that is held unless a grant is found, as a host would decide it that takes the first one. */
export function granted(run: string, id: string, over: Partial<DecideRequest> = {}): DecideRequest {
  const { target, executor, principal, policyDigest } = terms
  const request = asked(run, id, { write: true, ...over })
  return {
    ...request,
    grantable: { target, executor, principal, policyDigest, run, ...over.grantable },
    decide(counters, found: FoundApprovals) {
      const bodies = request.decide(counters, found)
      const [first] = found.grants ?? []
      if (!first) {
        const { intended: _, ...rest } = bodies
        return { ...rest, decided: { ...bodies.decided, decision: decision('hold', 'write') } }
      }
      const answer: GrantAnswer = { kind: 'grant', id: first.grant, terms: first.terms, used: first.used }
      const { intended } = bodies
      return {
        decided: { ...bodies.decided, answers: [answer] },
        ...(intended ? { intended: { ...intended, grant: first.grant } } : {}),
        granted: first.grant,
      }
    },
  }
}
