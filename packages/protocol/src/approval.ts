import type { ApprovalTerms } from './decision.ts'
import type { Json } from './json.ts'

/** What an approval is for, exactly: nothing else can use it (decisions.md, Approvals). */
export interface ApprovalSubject {
  /** Of the action: kind, target and arguments. */
  readonly digest: string
  /** Of policy, wiring and pins. */
  readonly policyDigest: string
  readonly run: string
  readonly executor: string
  readonly principal: string
}

/**
 * `hold`: the asking side may call again once it is approved. `proposal`: a person applies it, exactly as recorded. `question`: a
 * person answers it with a value, which is what comes of the action.
 */
export const approvalKinds = ['hold', 'proposal', 'question'] as const
export type ApprovalKind = (typeof approvalKinds)[number]

/** `approved` and `pending` become `expired` by time alone; the other four are the end. */
export const approvalStates = ['pending', 'approved', 'denied', 'expired', 'cancelled', 'used'] as const
export type ApprovalState = (typeof approvalStates)[number]

/** The body of `approval.requested`. */
export interface ApprovalRequested extends ApprovalSubject {
  readonly approval: string
  readonly kind: ApprovalKind
  /** The action that was held or proposed first; its record holds the arguments. */
  readonly action: string
  readonly target: string
  readonly terms: ApprovalTerms
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

export const verdicts = ['approve', 'deny'] as const
export type Verdict = (typeof verdicts)[number]

/** Who stands behind an answer: an approver's key, or nobody that could be told from the agent. */
export type Proof =
  | { readonly kind: 'unsigned' }
  /** RFC 8032 over the bytes of {@link SignedAnswer}. `publicKey` is SPKI in DER, `signature` 64 bytes; both base64url. */
  | { readonly kind: 'ed25519'; readonly publicKey: string; readonly signature: string }
  | PasskeyProof

/**
 * An assertion of a passkey (WebAuthn Level 3, section 5.8.1), all of it base64url. Its challenge is the SHA-256 of the bytes of
 * {@link SignedAnswer}, so that it is good for one answer and for nothing else.
 */
export interface PasskeyProof {
  readonly kind: 'webauthn'
  /** Which passkey of the approver. */
  readonly credentialId: string
  readonly authenticatorData: string
  readonly clientDataJSON: string
  readonly signature: string
}

/** The body of `approval.answered`. */
export interface ApprovalAnswered {
  readonly approval: string
  readonly answer: Verdict
  /** What a question is answered with, where it is not refused. Nothing else has one. */
  readonly value?: Json
  /** The approver's name in `security.approvers`; where the answer is unsigned, the operating system's user. */
  readonly by: string
  readonly note?: string
  /** Until when an approval may be used; not after that of the request. Milliseconds since the epoch. */
  readonly expiresAt: number
  /** 128 random bits, base64url: no two answers are the same. */
  readonly nonce: string
  readonly proof: Proof
}

/** What is signed, as RFC 8785 JSON in UTF-8. */
export interface SignedAnswer
  extends ApprovalSubject,
    Pick<ApprovalRequested, 'approval' | 'kind'>,
    Pick<ApprovalAnswered, 'answer' | 'value' | 'by' | 'expiresAt' | 'nonce'> {
  /** So that no other signature by the same key can be taken for one of these. */
  readonly for: 'ecp-approval-1'
}
