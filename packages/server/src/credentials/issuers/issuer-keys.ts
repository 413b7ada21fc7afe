import type { GuardedFetch } from '@ecp/host'
import { isJsonObject, type JsonObject } from '@ecp/protocol'
import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose'

export interface KeyTimes {
  /** Longest time to wait for the keys, in milliseconds, whatever it takes to find them. */
  readonly timeoutMs: number
  /** Between two looks for a key that was not there; how many unknown keys are asked for does not matter. */
  readonly coolDownMs: number
  /** How long nobody asks again after the keys could not be had. */
  readonly failureMs: number
  /** How long keys are used before they are fetched again. */
  readonly maxAgeMs: number
}
export const defaultKeyTimes: KeyTimes = { timeoutMs: 5_000, coolDownMs: 30_000, failureMs: 5_000, maxAgeMs: 600_000 }

export interface IssuerKeysOptions {
  readonly issuer: string
  readonly jwksUri: string | undefined
  /** How the issuer is asked. */
  readonly asks: GuardedFetch
  readonly times: KeyTimes
  now(): number
}

/** That an issuer's keys could not be had: no fault of whoever sends a token. */
export class KeysUnavailable extends Error {}

/** The keys of an issuer (RFC 7517), fetched when first needed; no key after {@link KeyTimes.timeoutMs} is {@link KeysUnavailable}. */
export function issuerKeys({ issuer, jwksUri, asks: get, times, now }: IssuerKeysOptions): JWTVerifyGetKey {
  let failed: { readonly at: number; readonly cause: KeysUnavailable } | undefined
  const fetchKeys = async (signal: AbortSignal) => {
    if (failed && now() < failed.at + times.failureMs) throw failed.cause
    try {
      // Asked again each time: it may move its keys.
      const keys = await document(get, jwksUri ?? (await jwksUriOf(get, issuer, signal)), signal)
      if (!Array.isArray(keys?.keys)) throw new KeysUnavailable('the address of its keys gives no key set')
      failed = undefined
      return Response.json(keys)
    } catch (thrown) {
      const why = signal.aborted ? `it did not answer within ${times.timeoutMs} ms` : (thrown as Error).message // reason: only Errors are thrown on the way
      const cause = new KeysUnavailable(why)
      failed = { at: now(), cause }
      throw cause
    }
  }
  return createRemoteJWKSet(new URL(jwksUri ?? issuer), {
    timeoutDuration: times.timeoutMs,
    cooldownDuration: times.coolDownMs,
    cacheMaxAge: times.maxAgeMs,
    [customFetch]: (_url, { signal }) => fetchKeys(signal),
  })
}

/** Where an issuer's metadata says that its keys are (RFC 8414, OpenID Connect Discovery 1.0). */
async function jwksUriOf(get: GuardedFetch, issuer: string, signal: AbortSignal): Promise<string> {
  for (const url of metadataUrls(issuer)) {
    const metadata = await document(get, url, signal)
    if (!metadata) continue
    // RFC 8414, 3.3: metadata of another issuer must not be used.
    if (metadata.issuer !== issuer) throw new KeysUnavailable('its metadata is that of another issuer')
    const { jwks_uri: uri } = metadata
    if (typeof uri === 'string' && URL.canParse(uri)) return uri
    throw new KeysUnavailable('its metadata names no address of keys')
  }
  throw new KeysUnavailable('it has no metadata: say `jwksUri` where it is wired')
}

function metadataUrls(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  return [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/openid-configuration${path}`,
  ]
}

/** A JSON object at an address; nothing where the server says that there is none. */
async function document(get: GuardedFetch, url: string, signal: AbortSignal): Promise<JsonObject | undefined> {
  const answer = await get(url, { signal, headers: { accept: 'application/json' } })
  const text = await answer.text()
  if (answer.status >= 400 && answer.status < 500) return undefined
  if (answer.status !== 200) throw new KeysUnavailable(`it answered with HTTP ${answer.status}`)
  try {
    const value: unknown = JSON.parse(text)
    if (isJsonObject(value)) return value
  } catch {}
  throw new KeysUnavailable('it answered with what is no JSON object')
}
