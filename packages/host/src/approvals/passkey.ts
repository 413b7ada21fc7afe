import { createHash, verify } from 'node:crypto'
import { isJsonObject, type Passkey, type PasskeyProof } from '@ecp/protocol'
import { readPasskeyKey } from './passkey-key.ts'

/** Flags of authenticator data (WebAuthn Level 3, section 6.1). */
const flags = { userPresent: 0x01, userVerified: 0x04, backupEligible: 0x08, backedUp: 0x10, extensions: 0x80 }
/** Hash of the relying party's id, flags, counter. */
const plainBytes = 37
/** An assertion is less than one kilobyte; extensions may add to it. */
const mostBytes = 8_192

/** What a passkey signs instead of these bytes: their SHA-256, base64url, as it stands in the client data. */
export function challengeOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url')
}

/**
 * Whether a proof is the assertion of one of these passkeys over exactly these bytes (WebAuthn Level 3, section 7.2, without the
 * steps that need a session), given on a page of an origin that the host names, to somebody whom the authenticator has
 * verified. False, never an error, for any other content. The counter is not looked at: it would take a state to do so, and what
 * it is there for, an assertion that is used again, the challenge shows.
 */
export function isAssertedBy(passkeys: readonly Passkey[], bytes: Uint8Array, proof: PasskeyProof): boolean {
  const passkey = passkeys.find(({ id }) => id === proof.credentialId)
  const [authenticatorData, clientData, signature] = [
    decoded(proof.authenticatorData),
    decoded(proof.clientDataJSON),
    decoded(proof.signature),
  ]
  if (!passkey || !authenticatorData || !clientData || !signature) return false
  if (!isForPage(passkey, clientData, challengeOf(bytes)) || !isVerified(passkey, authenticatorData)) return false
  const key = readPasskeyKey(passkey.publicKey)
  if (!key) return false
  const signed = Buffer.concat([authenticatorData, sha256(clientData)])
  try {
    return verify(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', signed, key, signature)
  } catch {
    return false
  }
}

/** The collected client data (section 5.8.1): what the browser saw. A page in a frame of another site is no page of the host's. */
function isForPage({ origins }: Passkey, clientData: Buffer, challenge: string): boolean {
  const seen = parsed(clientData)
  if (!isJsonObject(seen)) return false
  const isFramed = (seen.crossOrigin !== undefined && seen.crossOrigin !== false) || seen.topOrigin !== undefined
  const isOurs = typeof seen.origin === 'string' && origins.includes(seen.origin)
  return seen.type === 'webauthn.get' && seen.challenge === challenge && isOurs && !isFramed
}

/** The authenticator data (section 6.1): for our domain, with the user there and verified. */
function isVerified({ rpId }: Passkey, data: Buffer): boolean {
  const said = data[32] ?? 0
  const has = (flag: number) => (said & flag) !== 0
  const isWhole = has(flags.extensions) ? data.length > plainBytes : data.length === plainBytes
  if (!isWhole || !data.subarray(0, 32).equals(sha256(rpId))) return false
  return has(flags.userPresent) && has(flags.userVerified) && (has(flags.backupEligible) || !has(flags.backedUp))
}

/** Bytes from base64url in its one form: of what the record says, every character counts. */
function decoded(text: unknown): Buffer | undefined {
  if (typeof text !== 'string' || text.length > mostBytes) return undefined
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}

function parsed(utf8: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(utf8))
  } catch {
    return undefined
  }
}

const sha256 = (data: Buffer | string): Buffer => createHash('sha256').update(data).digest()
