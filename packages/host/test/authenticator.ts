import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import type { Passkey, PasskeyProof } from '@ecp/protocol'

/** How a passkey signs (IANA COSE Algorithms -7, -8, -257). */
export type PasskeyAlgorithm = 'ES256' | 'EdDSA' | 'RS256'
export const passkeyAlgorithms: readonly PasskeyAlgorithm[] = ['ES256', 'EdDSA', 'RS256']

/** What a browser and an authenticator say beside the challenge. */
export interface Ceremony {
  readonly type?: string
  readonly origin?: string
  readonly rpId?: string
  /** Authenticator data, section 6.1: 0x01 present, 0x04 verified, 0x08 and 0x10 backup, 0x80 extensions. */
  readonly flags?: number
  /** More of the client data, such as `crossOrigin`. */
  readonly more?: object
  /** Behind the 37 bytes. */
  readonly extensions?: Buffer
}

/** An authenticator with one passkey, and the browser around it (WebAuthn Level 3). */
export interface Authenticator {
  readonly passkey: Passkey
  readonly privateKey: KeyObject
  /** An assertion over a challenge, which is base64url. */
  assertion(challenge: string, ceremony?: Ceremony): PasskeyProof
}

export const here = { rpId: 'localhost', origin: 'http://localhost:7391' }
export const verifiedUser = 0x05

export function authenticator(algorithm: PasskeyAlgorithm = 'ES256'): Authenticator {
  const { privateKey, publicKey } = keyPair(algorithm)
  const passkey: Passkey = {
    id: randomBytes(32).toString('base64url'),
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64url'),
    rpId: here.rpId,
    origins: [here.origin],
  }
  let counter = 0
  return {
    passkey,
    privateKey,
    assertion(challenge, ceremony = {}) {
      const { type = 'webauthn.get', origin = here.origin, rpId = here.rpId, flags = verifiedUser } = ceremony
      const seen = { type, challenge, origin, crossOrigin: false, ...ceremony.more }
      const clientData = Buffer.from(JSON.stringify(seen))
      const counted = Buffer.alloc(4)
      counted.writeUInt32BE(++counter)
      const parts = [sha256(rpId), Buffer.from([flags]), counted, ceremony.extensions ?? Buffer.alloc(0)]
      const data = Buffer.concat(parts)
      const signed = Buffer.concat([data, sha256(clientData)])
      return {
        kind: 'webauthn',
        credentialId: passkey.id,
        authenticatorData: data.toString('base64url'),
        clientDataJSON: clientData.toString('base64url'),
        signature: sign(algorithm === 'EdDSA' ? null : 'sha256', signed, privateKey).toString('base64url'),
      }
    },
  }
}

export const sha256 = (data: Buffer | string): Buffer => createHash('sha256').update(data).digest()

function keyPair(algorithm: PasskeyAlgorithm) {
  switch (algorithm) {
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' })
    case 'EdDSA':
      return generateKeyPairSync('ed25519')
    case 'RS256':
      return generateKeyPairSync('rsa', { modulusLength: 2048 })
  }
}
