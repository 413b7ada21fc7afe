import type { GrantGiven, GrantOffered, GrantState, GrantTerms } from './grant.ts'
import type { JsonObject } from './json.ts'
import type { AnswerWorth } from './operator.ts'

// What `ecp serve` and the console say to each other of grants, under `/console/api`, as operator.ts says.

/** `GET /grants?state=open|all&cursor&limit`: the newest first. `limit`: 50; 500 at most. */
export interface OperatorGrants {
  readonly grants: readonly OperatorGrant[]
  readonly nextCursor?: string
}

/** `GET /grants/{id}`; `DELETE /grants/{id}` ends it, and answers with it. */
export interface OperatorGrant extends GrantOffered, GrantInWords {
  /** `given` only where the signatures are worth it. */
  readonly state: GrantState
  readonly offeredAt: number
  /** How many actions it has let happen. */
  readonly used: number
  readonly lastUsedBy?: string
  readonly revokedBy?: string
  /** How many different people have given it so that it counts. */
  readonly givenBy: number
  readonly givers: readonly OperatorGiver[]
}
export interface OperatorGiver extends Omit<GrantGiven, 'grant' | 'proof'> {
  readonly at: number
  readonly proof: string
  readonly worth: AnswerWorth
}
export interface GrantInWords {
  /** What it lets happen, in a sentence. */
  readonly sentence: string
  /** What who wrote the condition may have meant otherwise, in sentences. */
  readonly advice: readonly string[]
}

/** `POST /grants/options`: a grant for actions like one that is held. Nothing is kept of it. */
export interface OperatorGrantOptionsRequest {
  /** The held action. */
  readonly approval: string
  /** CEL over `args`. */
  readonly condition: string
  readonly uses: number
  /** Milliseconds. */
  readonly lasts: number
  readonly scope: 'run' | 'principal'
  /** The approver who is to sign it; missing: only to see what it would be. */
  readonly by?: string
}
/** Also the answer of `POST /grants/{id}/sign/options {by}`. */
export interface OperatorGrantOptions extends GrantInWords {
  /** To be sent back with the signature. */
  readonly grant: string
  readonly terms: GrantTerms
  /** Whether the held action itself may happen under it. */
  readonly covers: boolean
  /** With `by`: to be sent back, too, and `PublicKeyCredentialRequestOptionsJSON` (WebAuthn Level 3, 5.6). */
  readonly nonce?: string
  readonly publicKey?: JsonObject
}

/**
 * `POST /grants`, answered with {@link OperatorGrantGiven}: `grant` and `terms` as `POST /grants/options` gave them. With
 * approvers `by`, `nonce` and `assertion`; without them none of the three: it is unsigned, and by the operating system's user.
 */
export interface OperatorGrantRequest extends OperatorGrantSignature {
  readonly approval: string
  readonly grant: string
  readonly terms: GrantTerms
}
/** `POST /grants/{id}/sign`, answered with {@link OperatorGrantGiven}: another yes to a grant that needs several. */
export interface OperatorGrantSignature {
  readonly note?: string
  readonly by?: string
  readonly nonce?: string
  /** `AuthenticationResponseJSON` (WebAuthn Level 3, 5.5). */
  readonly assertion?: JsonObject
}
export interface OperatorGrantGiven extends OperatorGrant {
  readonly covers: boolean
}
