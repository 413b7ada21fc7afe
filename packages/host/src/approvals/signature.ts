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
type Said = Pick<ApprovalAnswered, 'answer' | 'by' | 'expiresAt' | 'nonce'>

/** The bytes that an answer's signature is over: RFC 8785 JSON in UTF-8. */
export function signedBytes(asked: Asked, { answer, by, expiresAt, nonce }: Said): Buffer {
  const { approval, kind, digest, policyDigest, run, executor, principal } = asked
  const subject = { approval, kind, digest, policyDigest, run, executor, principal }
  const signed: SignedAnswer = { for: 'ecp-approval-1', ...subject, answer, by, expiresAt, nonce }
  return Buffer.from(canonical({ ...signed }))
}

/** Signs an answer (Ed25519, RFC 8032). */
export function signAnswer(asked: Asked, said: Said, key: KeyObject): Proof {
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64url')
  return { kind: 'ed25519', publicKey, signature: sign(null, signedBytes(asked, said), key).toString('base64url') }
}

/** What a passkey is to be asked to sign for an answer: the challenge of WebAuthn, base64url. */
export function answerChallenge(asked: Asked, said: Said): string {
  return challengeOf(signedBytes(asked, said))
}

/** Whether an answer bears the signature of this key. False, never an error, for any other content. */
export function isSignedWith(publicKey: string, asked: Asked, answered: ApprovalAnswered): boolean {
  const { proof } = answered
  if (proof.kind !== 'ed25519' || proof.publicKey !== publicKey) return false
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64url'), format: 'der', type: 'spki' })
    if (key.asymmetricKeyType !== 'ed25519') return false
    return verify(null, signedBytes(asked, answered), key, Buffer.from(proof.signature, 'base64url'))
  } catch {
    return false
  }
}

/**
 * Whether an answer bears a signature over exactly what it says, by the key or a passkey of this approver. False, never an error,
 * for any other content.
 */
export function isProvenBy(
  { publicKey, passkeys }: Pick<Approver, 'publicKey' | 'passkeys'>,
  asked: Asked,
  answered: ApprovalAnswered,
): boolean {
  const { proof } = answered
  switch (proof.kind) {
    case 'unsigned':
      return false
    case 'ed25519':
      return publicKey !== undefined && isSignedWith(publicKey, asked, answered)
    case 'webauthn':
      return isAssertedBy(passkeys, signedBytes(asked, answered), proof)
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
