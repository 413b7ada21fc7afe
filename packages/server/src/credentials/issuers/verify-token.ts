import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { KeysUnavailable } from './issuer-keys.ts'

/** Only signatures that nobody can make who can check them: with HMAC a public key would be the secret, and `none` is none. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']
const toleranceSeconds = 30
/** What access tokens are called (RFC 9068; RFC 7519). */
const types = ['jwt', 'at+jwt', 'application/at+jwt', 'application/jwt']
/** Only ID tokens have these (OpenID Connect Core 1.0, sections 2 and 3.3.2.11): they tell a client who its user is, and open nothing. */
const ofIdTokens = ['nonce', 'at_hash', 'c_hash']

export interface Expected {
  readonly issuer: string
  readonly audience: string | readonly string[]
  readonly keys: JWTVerifyGetKey
  /** Milliseconds since the epoch. */
  readonly now: number
}

export type Verified =
  | {
      readonly claims: JWTPayload
      /** When it is no longer taken, in milliseconds since the epoch. */
      readonly end: number
    }
  | { readonly refused: string }

/**
 * The claims of a JWT that is good: signed by one of the keys, from exactly this issuer, for this audience, not over and not from
 * the future, within half a minute; `exp` must be there. Otherwise why it is refused, in words that hold nothing of it.
 */
export async function verifyToken(token: string, { issuer, audience, keys, now }: Expected): Promise<Verified> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      algorithms,
      issuer,
      audience: typeof audience === 'string' ? audience : [...audience],
      requiredClaims: ['exp'],
      clockTolerance: toleranceSeconds,
      currentDate: new Date(now),
    })
    const { typ = 'JWT' } = protectedHeader
    const { exp, iat } = payload
    if (typeof typ !== 'string' || !types.includes(typ.toLowerCase())) return { refused: 'its `typ` is another one' }
    if (ofIdTokens.some((claim) => Object.hasOwn(payload, claim))) return { refused: 'it is an ID token' }
    if (exp === undefined) return { refused: 'it has no `exp`' }
    if (iat !== undefined && iat > now / 1_000 + toleranceSeconds) return { refused: 'its `iat` is in the future' }
    return { claims: payload, end: (exp + toleranceSeconds) * 1_000 }
  } catch (cause) {
    return { refused: why(cause) }
  }
}

function why(cause: unknown): string {
  if (cause instanceof KeysUnavailable) return `the keys of the issuer cannot be had: ${cause.message}`
  if (cause instanceof errors.JWKSTimeout) return 'the keys of the issuer cannot be had: it did not answer in time'
  if (cause instanceof errors.JWTExpired) return 'it has expired'
  if (cause instanceof errors.JWTClaimValidationFailed) return `its \`${cause.claim}\` is missing or does not fit`
  if (cause instanceof errors.JWKSNoMatchingKey) return 'no key of the issuer fits it'
  if (cause instanceof errors.JWKSMultipleMatchingKeys)
    return 'it does not say which key of the issuer it is signed with'
  if (cause instanceof errors.JWSSignatureVerificationFailed) return 'its signature is wrong'
  if (cause instanceof errors.JOSEAlgNotAllowed) return 'its algorithm is none of those that are taken'
  return 'it is damaged'
}
