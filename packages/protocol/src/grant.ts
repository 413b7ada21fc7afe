import type { Proof } from './approval.ts'
import type { ApprovalTerms } from './decision.ts'

/**
 * What a grant lets happen without asking again, exactly: all of it is signed (decisions.md, Approvals). It is of one policy
 * digest, as an approval is: whoever changes the policy, the wiring or a pin has to be asked again.
 */
export interface GrantTerms {
  /** `server:tool`, this one and no other. */
  readonly target: string
  /** CEL over `args`. What cannot be evaluated does not hold. */
  readonly condition: string
  /** How many actions it lets happen at most, whatever came of them. */
  readonly uses: number
  /** From when, and until when (not including it), milliseconds since the epoch. */
  readonly from: number
  readonly until: number
  /** The one run that it is for. Missing: every run of the principal. */
  readonly run?: string
  readonly executor: string
  readonly principal: string
  readonly policyDigest: string
}

/** `offered`: fewer people than needed have signed. By time alone what is `offered` or `given` becomes `expired`. */
export const grantStates = ['offered', 'given', 'spent', 'revoked', 'expired'] as const
export type GrantState = (typeof grantStates)[number]

/** The body of `grant.offered`: what is to be signed. Nothing stands on it yet. */
export interface GrantOffered {
  readonly grant: string
  readonly terms: GrantTerms
  /** What the tool's approvals needed when it was offered; when it is used, what they need then counts. */
  readonly needs: ApprovalTerms
  /** The held action that it was made from. */
  readonly approval?: string
}

/** The body of `grant.given`: one person's yes. */
export interface GrantGiven {
  readonly grant: string
  /** The approver's name in `security.approvers`; where it is unsigned, the operating system's user. */
  readonly by: string
  readonly note?: string
  /** 128 random bits, base64url. */
  readonly nonce: string
  readonly proof: Proof
}

/** What is signed, as RFC 8785 JSON in UTF-8. */
export interface SignedGrant extends Pick<GrantOffered, 'grant' | 'terms'>, Pick<GrantGiven, 'by' | 'nonce'> {
  /** So that no other signature by the same key can be taken for one of these. */
  readonly for: 'ecp-grant-1'
}

/** A grant as an input of a decision: its terms, and how often it was used before. */
export interface GrantAnswer {
  readonly kind: 'grant'
  readonly id: string
  readonly terms: GrantTerms
  readonly used: number
}

/** A grant for more than this many actions is a rule, and belongs into the policy. */
export const maxGrantUses = 1_000
