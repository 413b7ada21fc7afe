import { createPublicKey, type KeyObject } from 'node:crypto'

const shortestRsaBits = 2_048

/**
 * The public key of a passkey, from SPKI in DER, base64url. Undefined for what is none, and for one that signs in another way
 * than ES256, EdDSA and RS256: each of these three has a kind of key of its own, so that the key alone says how it signs.
 */
export function readPasskeyKey(publicKey: string): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64url'), format: 'der', type: 'spki' })
    return signsKnownWay(key) ? key : undefined
  } catch {
    return undefined
  }
}

function signsKnownWay({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  switch (asymmetricKeyType) {
    case 'ec':
      return asymmetricKeyDetails?.namedCurve === 'prime256v1'
    case 'rsa':
      return (asymmetricKeyDetails?.modulusLength ?? 0) >= shortestRsaBits
    default:
      return asymmetricKeyType === 'ed25519'
  }
}
