import type { IncomingMessage, ServerResponse } from 'node:http'
import type { JsonObject } from '@ecp/protocol'
import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose'
import { onTestFinished } from 'vitest'
import { type Listening, listening } from '../../host/test/listening.ts'

/** A key of an issuer. */
export interface IssuerKey {
  readonly kid: string
  readonly alg: string
  readonly privateKey: CryptoKey
  readonly jwk: JWK
}

export async function issuerKey(kid: string, alg = 'ES256'): Promise<IssuerKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
}

/** An authorization server that publishes keys, on this machine. */
export interface Issuer {
  readonly url: string
  readonly server: Listening
  /** What it publishes. */
  keys: IssuerKey[]
  /** What its metadata says beside, or in place of, what is right. */
  metadata: JsonObject
  /** Answers in its place where this gives true. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean
}

export async function issuer(path = ''): Promise<Issuer> {
  const one = {
    keys: [await issuerKey('first')],
    metadata: {},
    intercept: (_request: IncomingMessage, _response: ServerResponse): boolean => false,
  }
  const server = await listening((request, response) => {
    if (one.intercept(request, response)) return
    const metadata = { issuer: url(), jwks_uri: `${url()}/keys`, ...one.metadata }
    const answers: Record<string, unknown> = {
      [`${path}/keys`]: { keys: one.keys.map(({ jwk }) => jwk) },
      [`${path}/.well-known/openid-configuration`]: metadata,
    }
    const answer = answers[request.url ?? '']
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer ?? { error: 'not found' }))
  })
  const url = () => `${server.url}${path}`
  onTestFinished(() => server[Symbol.asyncDispose]())
  return Object.assign(one, { server, url: url() })
}

export interface Changed {
  readonly key?: IssuerKey
  /** `undefined` leaves a claim out. */
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Partial<JWTHeaderParameters>
}

/** A token that this issuer signs: for `ecp`, of `ada`, for an hour; or what differs from that. */
export async function signed(by: Issuer, { key, claims = {}, header = {} }: Changed = {}): Promise<string> {
  const [first] = by.keys
  const used = key ?? first
  if (!used) throw new TypeError('the issuer has a key')
  const seconds = Math.floor(Date.now() / 1_000)
  const payload: JWTPayload = { iss: by.url, aud: 'ecp', sub: 'ada', iat: seconds, exp: seconds + 3_600, ...claims }
  return new SignJWT(payload).setProtectedHeader({ alg: used.alg, kid: used.kid, ...header }).sign(used.privateKey)
}
