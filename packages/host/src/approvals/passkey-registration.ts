import { createPublicKey, randomBytes } from 'node:crypto'
import type { JsonObject, Passkey } from '@ecp/protocol'
import { HostError } from '../error.ts'
import { readPasskeyKey } from './passkey-key.ts'

/** Where passkeys are made and used. */
export interface PasskeyPlace {
  /** `http://localhost:7391`: an origin whose host is a domain name. */
  readonly origin: string
  readonly rpId: string
}

/** What a registration is for. */
export interface PasskeyCreation {
  /** The approver's name. */
  readonly name: string
  readonly place: PasskeyPlace
  /** Random, base64url. */
  readonly challenge: string
  /** How long (ms) a person may take. */
  readonly timeoutMs: number
  /** Ids of passkeys that the approver has already: no authenticator makes a second one. */
  readonly taken: readonly string[]
}

/** EdDSA, ES256, RS256 (IANA COSE Algorithms): those that the Gate verifies, in the order that they are wanted in. */
const algorithms = [-8, -7, -257]
const keyTypes: Readonly<Record<number, string>> = { [-8]: 'ed25519', [-7]: 'ec', [-257]: 'rsa' }

/** `PublicKeyCredentialCreationOptionsJSON` (WebAuthn Level 3, 5.1.8): what a browser is asked for. */
export async function passkeyCreation({
  name,
  place,
  challenge,
  timeoutMs,
  taken,
}: PasskeyCreation): Promise<JsonObject> {
  const { generateRegistrationOptions } = await webauthn()
  const options = await generateRegistrationOptions({
    rpName: 'ECP',
    rpID: place.rpId,
    userName: name,
    userDisplayName: name,
    // A handle of its own for each: an authenticator keeps one passkey for each handle, and a new one must not replace another.
    userID: new Uint8Array(randomBytes(32)),
    challenge: new Uint8Array(Buffer.from(challenge, 'base64url')),
    timeout: timeoutMs,
    attestationType: 'none',
    excludeCredentials: taken.map((id) => ({ id })),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
    supportedAlgorithmIDs: algorithms,
  })
  return JSON.parse(JSON.stringify(options))
}

/**
 * The passkey that a browser says it has made, as a host configuration names it (WebAuthn Level 3, section 7.1). Throws
 * `host.refused` for one that was not made for this registration, here, by somebody whom the authenticator has verified. What
 * kind of authenticator it is nobody asks: whom to trust is for whoever writes the configuration.
 */
export async function passkeyMade(
  credential: JsonObject,
  { place, challenge }: Pick<PasskeyCreation, 'place' | 'challenge'>,
): Promise<Passkey> {
  try {
    return await verified(credential, { place, challenge })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'it is no registration'
    throw new HostError(
      'host.refused',
      `this passkey cannot be taken: ${why}; open the link again and make another one`,
    )
  }
}

async function verified(
  credential: JsonObject,
  { place, challenge }: Pick<PasskeyCreation, 'place' | 'challenge'>,
): Promise<Passkey> {
  const { verifyRegistrationResponse, helpers } = await webauthn()
  const response = credential as unknown as Parameters<typeof verifyRegistrationResponse>[0]['response'] // reason: it says itself what is wrong with it
  const attestation = helpers.decodeAttestationObject(bytesOf(response.response.attestationObject))
  // Certificates would be asked about over the network, and prove what nobody asks.
  if (attestation.get('attStmt').get('x5c') !== undefined)
    throw new TypeError('it comes with a certificate, which nobody asked for')
  const { origin, rpId } = place
  const found = await verifyRegistrationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: rpId,
    requireUserVerification: true,
    supportedAlgorithmIDs: algorithms,
  })
  const { crossOrigin, topOrigin } = helpers.decodeClientDataJSON(response.response.clientDataJSON)
  if (crossOrigin === true || topOrigin !== undefined) throw new TypeError('it was made in a frame of another site')
  if (!found.verified) throw new TypeError('its attestation is not right')
  const { id, publicKey } = found.registrationInfo.credential
  const cose = helpers.decodeCredentialPublicKey(publicKey) as unknown as ReadonlyMap<number, unknown> // reason: it is a Map, of whatever stands in it
  return { id, publicKey: spkiOf(cose), rpId, origins: [origin] }
}

/** SPKI in DER, base64url, of a COSE key (RFC 9053, section 7; RFC 8230, section 4). Throws for one of another kind. */
function spkiOf(cose: ReadonlyMap<number, unknown>): string {
  const text = (label: number): string => {
    const bytes = cose.get(label)
    if (!(bytes instanceof Uint8Array)) throw new TypeError('its public key lacks a part')
    return Buffer.from(bytes).toString('base64url')
  }
  const [kty, alg, crv] = [1, 3, -1].map((label) => cose.get(label))
  const jwk =
    kty === 2 && crv === 1
      ? { kty: 'EC', crv: 'P-256', x: text(-2), y: text(-3) }
      : kty === 1 && crv === 6
        ? { kty: 'OKP', crv: 'Ed25519', x: text(-2) }
        : { kty: 'RSA', n: text(-1), e: text(-2) }
  const spki = createPublicKey({ key: jwk, format: 'jwk' })
    .export({ type: 'spki', format: 'der' })
    .toString('base64url')
  const key = readPasskeyKey(spki)
  if (!key || key.asymmetricKeyType !== keyTypes[Number(alg)]) throw new TypeError('its public key is of another kind')
  return spki
}

function bytesOf(base64url: unknown): Uint8Array<ArrayBuffer> {
  if (typeof base64url !== 'string') throw new TypeError('it has no attestation object')
  return new Uint8Array(Buffer.from(base64url, 'base64url'))
}

/** Loaded when a passkey is made: deciding and answering do without it. */
async function webauthn() {
  const [server, helpers] = await Promise.all([
    import('@simplewebauthn/server'),
    import('@simplewebauthn/server/helpers'),
  ])
  return { ...server, helpers }
}
