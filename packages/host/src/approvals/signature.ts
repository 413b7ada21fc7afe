import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import {
  type ApprovalAnswered,
  type ApprovalRequested,
  type ApprovalSubject,
  canonical,
  type Proof,
  type SignedAnswer,
} from '@ecp/protocol'
import type { Approver } from './approvers.ts'
import { challengeOf, isAssertedBy } from './passkey.ts'

type Asked = ApprovalSubject & Pick<ApprovalRequested, 'approval' | 'kind'>
/** What an approver can sign with. */
type Keys = Pick<Approver, 'publicKey' | 'passkeys'>
type Said = Pick<ApprovalAnswered, 'answer' | 'value' | 'by' | 'expiresAt' | 'nonce'>

/** What of an answer is signed. */
export function signedAnswer(asked: Asked, { answer, value, by, expiresAt, nonce }: Said): SignedAnswer {
  const { approval, kind, digest, policyDigest, run, executor, principal } = asked
  const subject = { approval, kind, digest, policyDigest, run, executor, principal }
  const valued = value === undefined ? {} : { value }
  return { for: 'ecp-approval-1', ...subject, answer, ...valued, by, expiresAt, nonce }
}

/** The bytes that an answer's signature is over: RFC 8785 JSON in UTF-8. */
export function signedBytes(asked: Asked, said: Said): Buffer {
  return Buffer.from(canonical({ ...signedAnswer(asked, said) }))
}

/** Signs an answer (Ed25519, RFC 8032). */
export function signAnswer(asked: Asked, said: Said, key: KeyObject): Proof {
  return signBytes(signedBytes(asked, said), key)
}

/** Signs bytes that say themselves what they are for (Ed25519, RFC 8032). */
export function signBytes(bytes: Uint8Array, key: KeyObject): Proof {
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64url')
  return { kind: 'ed25519', publicKey, signature: sign(null, bytes, key).toString('base64url') }
}

/** What a passkey is to be asked to sign for an answer: the challenge of WebAuthn, base64url. */
export function answerChallenge(asked: Asked, said: Said): string {
  return challengeOf(signedBytes(asked, said))
}

/**
 * Whether an answer bears a signature over exactly what it says, by the key or a passkey of this approver. False, never an error,
 * for any other content.
 */
export function isProvenBy(approver: Keys, asked: Asked, answered: ApprovalAnswered): boolean {
  return isProofOf(approver, signedBytes(asked, answered), answered.proof)
}

/** Whether a proof is this approver's signature over exactly these bytes. False, never an error, for any other content. */
export function isProofOf({ publicKey, passkeys }: Keys, bytes: Uint8Array, proof: Proof): boolean {
  switch (proof.kind) {
    case 'unsigned':
      return false
    case 'ed25519':
      return proof.publicKey === publicKey && isSignedWith(publicKey, bytes, proof.signature)
    case 'webauthn':
      return isAssertedBy(passkeys, bytes, proof)
  }
}

function isSignedWith(publicKey: string, bytes: Uint8Array, signature: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64url'), format: 'der', type: 'spki' })
    if (key.asymmetricKeyType !== 'ed25519') return false
    return verify(null, bytes, key, Buffer.from(signature, 'base64url'))
  } catch {
    return false
  }
}

/** Reads a private key that `ecp approvers add` wrote. Undefined for a wrong passphrase or another content. */
export function readSigningKey(pem: string, passphrase: string): KeyObject | undefined {
  try {
    const key = createPrivateKey({ key: pem, passphrase })
    return key.asymmetricKeyType === 'ed25519' ? key : undefined
  } catch {
    return undefined
  }
}
