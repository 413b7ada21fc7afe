import type { KeyObject } from 'node:crypto'
import { canonical, type GrantGiven, type GrantOffered, type Proof, type SignedGrant } from '@ecp/protocol'
import type { Approver } from '../approvals/approvers.ts'
import { challengeOf } from '../approvals/passkey.ts'
import { isProofOf, signBytes } from '../approvals/signature.ts'

type Keys = Pick<Approver, 'publicKey' | 'passkeys'>
type Offer = Pick<GrantOffered, 'grant' | 'terms'>
/** What of a person's yes is signed. */
export type GrantSaid = Pick<GrantGiven, 'by' | 'nonce'>

/** The bytes that a signature under a grant is over: RFC 8785 JSON in UTF-8. */
function grantBytes({ grant, terms }: Offer, { by, nonce }: GrantSaid): Buffer {
  const signed: SignedGrant = { for: 'ecp-grant-1', grant, terms, by, nonce }
  return Buffer.from(canonical({ ...signed }))
}

/** Signs a grant (Ed25519, RFC 8032). */
export function signGrant(offer: Offer, said: GrantSaid, key: KeyObject): Proof {
  return signBytes(grantBytes(offer, said), key)
}

/** What a passkey is to be asked to sign for a grant: the challenge of WebAuthn, base64url. */
export function grantChallenge(offer: Offer, said: GrantSaid): string {
  return challengeOf(grantBytes(offer, said))
}

/** Whether a yes bears a signature of this approver over all of the grant's terms. False, never an error, for any other content. */
export function isGrantProvenBy(approver: Keys, offer: Offer, given: GrantGiven): boolean {
  try {
    return isProofOf(approver, grantBytes(offer, given), given.proof)
  } catch {
    return false // what has no canonical form was never signed
  }
}
