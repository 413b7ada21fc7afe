import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import type { JsonObject, Passkey, PasskeyProof } from '@ecp/protocol'
import { isoCBOR } from '@simplewebauthn/server/helpers'

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

/** What else can be said of a passkey that is made. */
export interface Making extends Ceremony {
  /** Of the attestation: `none` and empty where they are missing. */
  readonly fmt?: string
  readonly attStmt?: ReadonlyMap<string, unknown>
  /** In place of the public key, as COSE has it. */
  readonly cose?: ReadonlyMap<number, unknown>
}

/** An authenticator with one passkey, and the browser around it (WebAuthn Level 3). */
export interface Authenticator {
  readonly passkey: Passkey
  readonly privateKey: KeyObject
  /** An assertion over a challenge, which is base64url. */
  assertion(challenge: string, ceremony?: Ceremony): PasskeyProof
  /** `RegistrationResponseJSON`: what the browser says when the passkey is made. */
  registration(challenge: string, making?: Making): JsonObject
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
      const { rpId = here.rpId, flags = verifiedUser } = ceremony
      const clientData = clientDataOf('webauthn.get', challenge, ceremony)
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
    registration(challenge, making = {}) {
      const { rpId = here.rpId, flags = verifiedUser, fmt = 'none', attStmt = new Map(), cose } = making
      const id = Buffer.from(passkey.id, 'base64url')
      const key = encoded(cose ?? coseOf(publicKey, algorithm))
      const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([id.length >> 8, id.length & 255]), id, key])
      const authData = Buffer.concat([sha256(rpId), Buffer.from([flags | 0x40]), Buffer.alloc(4), attested])
      const parts = [
        ['fmt', fmt],
        ['attStmt', attStmt],
        ['authData', new Uint8Array(authData)],
      ] as const
      return {
        id: passkey.id,
        rawId: passkey.id,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: clientDataOf('webauthn.create', challenge, making).toString('base64url'),
          attestationObject: encoded(new Map<string, unknown>(parts)).toString('base64url'),
        },
      }
    },
  }
}

function clientDataOf(
  usual: string,
  challenge: string,
  { type = usual, origin = here.origin, more }: Ceremony,
): Buffer {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false, ...more }))
}

/** RFC 9053, section 7; RFC 8230, section 4. */
function coseOf(key: KeyObject, algorithm: PasskeyAlgorithm): ReadonlyMap<number, unknown> {
  const jwk = key.export({ format: 'jwk' })
  const bytes = (text = '') => new Uint8Array(Buffer.from(text, 'base64url'))
  const labels: Readonly<Record<PasskeyAlgorithm, readonly (readonly [number, unknown])[]>> = {
    ES256: [
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, bytes(jwk.x)],
      [-3, bytes(jwk.y)],
    ],
    EdDSA: [
      [1, 1],
      [3, -8],
      [-1, 6],
      [-2, bytes(jwk.x)],
    ],
    RS256: [
      [1, 3],
      [3, -257],
      [-1, bytes(jwk.n)],
      [-2, bytes(jwk.e)],
    ],
  }
  return new Map(labels[algorithm])
}

function encoded(value: ReadonlyMap<unknown, unknown>): Buffer {
  return Buffer.from(isoCBOR.encode(value as Parameters<typeof isoCBOR.encode>[0])) // reason: CBOR takes what these maps hold
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
