import { createHmac, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { JsonObject } from '@ecp/protocol'
import { type CryptoKey, exportSPKI, importJWK, type JWTPayload } from 'jose'
import { expect, test } from 'vitest'
import type { AuthenticatorOptions } from '../src/index.ts'
import { changed, place } from './credentials.ts'
import { type Changed, type Issuer, issuer, issuerKey, signed } from './issuer.ts'

const acts = { context: 'assistant.yaml', executor: 'assistant' }
const seconds = () => Math.floor(Date.now() / 1_000)

/** An issuer that is wired as `corp`, and who is asked about its tokens. */
async function wired(more: JsonObject = {}, options: Partial<AuthenticatorOptions> = {}, security: JsonObject = {}) {
  const corp = await issuer()
  const wiring = { issuer: corp.url, audience: 'ecp', as: [acts], ...more }
  const at = await place({ issuers: { corp: wiring } }, { security })
  const authenticator = await at.open(options)
  return {
    ...at,
    corp,
    authenticator,
    identify: async (changes?: Changed) => authenticator.identify(await signed(corp, changes)),
  }
}

test('a good token acts as the entry that it fits; who it is stands under the name of its issuer', async () => {
  const { identify, authenticator, corp, folder, said } = await wired()
  const identity = await identify()
  expect(identity).toEqual({
    client: 'corp/ada',
    principal: 'corp/ada',
    contextFile: join(folder, 'assistant.yaml'),
    executor: 'assistant',
    inputs: {},
    names: 'prefixed',
    generation: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  expect(await identify({ claims: { jti: 'another token' } })).toEqual(identity)
  // Whatever program they use: two people who use the same one share nothing.
  expect(await identify({ claims: { azp: 'editor', client_id: 'x' } })).toEqual(identity)
  expect(authenticator.isEmpty).toBe(false)
  expect(authenticator.issuers).toEqual([corp.url])
  expect(authenticator.contexts).toEqual([{ contextFile: join(folder, 'assistant.yaml'), inputs: {} }])
  expect(corp.server.seen.filter((line) => line === 'GET /keys')).toHaveLength(1)
  expect(said).toEqual([])
})

test.each(['RS256', 'PS256', 'ES384', 'EdDSA'])('%s is taken', async (alg) => {
  const { corp, identify } = await wired()
  corp.keys = [await issuerKey('one', alg)]
  expect(await identify()).toMatchObject({ client: 'corp/ada' })
})

test('an audience may be one of several, on either side; the type that access tokens have is fine', async () => {
  const { identify } = await wired({ audience: ['https://ecp.example', 'ecp'] })
  expect(await identify({ claims: { aud: ['other', 'ecp'] } })).toMatchObject({ client: 'corp/ada' })
  expect(await identify({ header: { typ: 'at+jwt' } })).toMatchObject({ client: 'corp/ada' })
  expect(await identify({ header: { typ: 'JWT' } })).toMatchObject({ client: 'corp/ada' })
})

const bad: readonly (readonly [title: string, changes: Changed, why: string])[] = [
  ['another audience', { claims: { aud: 'elsewhere' } }, 'its `aud` is missing or does not fit'],
  ['no audience', { claims: { aud: undefined } }, 'its `aud` is missing or does not fit'],
  ['part of an audience', { claims: { aud: 'ec' } }, 'its `aud` is missing or does not fit'],
  ['an end that is past', { claims: { exp: seconds() - 31 } }, 'it has expired'],
  ['no end', { claims: { exp: undefined } }, 'its `exp` is missing or does not fit'],
  ['a beginning that is to come', { claims: { nbf: seconds() + 60 } }, 'its `nbf` is missing or does not fit'],
  ['an issue that is to come', { claims: { iat: seconds() + 60 } }, 'its `iat` is in the future'],
  ['a key that nobody knows', { header: { kid: 'second' } }, 'no key of the issuer fits it'],
  ['another type', { header: { typ: 'dpop+jwt' } }, 'its `typ` is another one'],
  ['what only an ID token has', { claims: { nonce: 'n' } }, 'it is an ID token'],
  ['nobody', { claims: { sub: undefined } }, 'its `sub` names nobody'],
  ['a name that is no text', { claims: { sub: 7 } }, 'its `sub` names nobody'],
  ['a name that is hidden', { claims: { sub: 'ada\u200b' } }, 'its `sub` names nobody'],
  ['a name that breaks lines', { claims: { sub: 'ada\nbob' } }, 'its `sub` names nobody'],
  ['a name that is long', { claims: { sub: 'a'.repeat(257) } }, 'its `sub` names nobody'],
]
test.each(bad)('a token with %s is refused, and only the log says why', async (_, changes, why) => {
  const { identify, said } = await wired()
  expect(await identify(changes)).toBeUndefined()
  expect(said).toEqual([`a JWT of issuer \`corp\` was refused: ${why}`])
})

test('half a minute of difference between clocks is no matter', async () => {
  const { identify } = await wired()
  for (const claims of [{ exp: seconds() - 15 }, { nbf: seconds() + 15 }, { iat: seconds() + 15 }]) {
    expect(await identify({ claims })).toMatchObject({ client: 'corp/ada' })
  }
})

test('a token of another issuer is refused before anybody is asked', async () => {
  const { authenticator, corp, said } = await wired()
  const other = await issuer()
  for (const token of [
    await signed(other),
    await signed(corp, { claims: { iss: `${corp.url}/` } }),
    await signed(corp, { claims: { iss: undefined } }),
    'a.b.c',
  ]) {
    expect(await authenticator.identify(token)).toBeUndefined()
  }
  expect(said).toEqual(['a JWT was refused: none of `gateway.issuers` has issued it'])
  expect([...other.server.seen, ...corp.server.seen]).toEqual([])
})

test('a token that another key signed, under the name of a right one, is refused', async () => {
  const { identify, said } = await wired()
  expect(await identify({ key: await issuerKey('first') })).toBeUndefined()
  expect(said).toEqual(['a JWT of issuer `corp` was refused: its signature is wrong'])
})

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token with this header, and a signature that `sign` makes. */
async function forged(by: Issuer, header: JsonObject, sign: (signed: string) => string): Promise<string> {
  const [, payload = ''] = (await signed(by)).split('.')
  const text = `${encoded(header)}.${payload}`
  return `${text}.${sign(text)}`
}

test('no signature, one with a public key as its secret, and a key that the token brings along are refused', async () => {
  const { authenticator, corp, said } = await wired()
  corp.keys = [await issuerKey('first', 'RS256')]
  const [{ jwk } = { jwk: {} }] = corp.keys
  const pem = await exportSPKI((await importJWK(jwk, 'RS256')) as CryptoKey) // reason: a public JWK gives a CryptoKey
  const hmac = (key: string) => (text: string) => createHmac('sha256', key).update(text).digest('base64url')
  const mallory = await issuerKey('mallory', 'RS256')
  const tokens = [
    await forged(corp, { alg: 'none' }, () => 'AA'),
    await forged(corp, { alg: 'none' }, () => ''),
    await forged(corp, { alg: 'HS256', kid: 'first' }, hmac(pem)),
    await forged(corp, { alg: 'HS256', kid: 'first' }, hmac(JSON.stringify(jwk))),
    await forged(corp, { alg: 'RS256', kid: 'first', crit: ['exp'], exp: 1 }, () => 'AA'),
    await forged(corp, { alg: 'RS256', kid: 'first' }, () => randomBytes(256).toString('base64url')),
    await signed(corp, { key: mallory, header: { jwk: mallory.jwk } }),
    await signed(corp, { key: mallory, header: { jku: 'http://127.0.0.1:1/keys' } }),
  ]
  for (const token of tokens) expect(await authenticator.identify(token)).toBeUndefined()
  expect(await authenticator.identify(await signed(corp))).toMatchObject({ client: 'corp/ada' })
  expect(said).toContain('a JWT of issuer `corp` was refused: its algorithm is none of those that are taken')
})

test('a secret among the keys of an issuer signs nothing', async () => {
  const { authenticator, corp } = await wired()
  const secret = randomBytes(32)
  const [first] = corp.keys
  if (!first) throw new TypeError('the issuer has a key')
  corp.keys = [{ ...first, jwk: { kty: 'oct', kid: 'first', alg: 'HS256', k: secret.toString('base64url') } }]
  const hmac = (text: string) => createHmac('sha256', secret).update(text).digest('base64url')
  expect(await authenticator.identify(await forged(corp, { alg: 'HS256', kid: 'first' }, hmac))).toBeUndefined()
})

test('the first entry whose claims all fit says as what; none is nobody', async () => {
  const entry = (executor: string, claims: JsonObject) => ({ ...acts, executor, claims })
  const { identify, said } = await wired({
    as: [
      { ...entry('admin', { groups: ['admins', 'owners'], tier: 1 }), inputs: { n: 1 }, names: 'plain' },
      entry('reader', { scope: 'ecp:read' }),
      entry('tester', { groups: 'testers', on: true }),
    ],
  })
  const as = async (claims: JWTPayload) => (await identify({ claims }))?.executor
  expect(await identify({ claims: { groups: ['x', 'owners'], tier: 1, scope: 'ecp:read' } })).toMatchObject({
    executor: 'admin',
    inputs: { n: 1 },
    names: 'plain',
  })
  expect(await as({ groups: ['admins'], tier: 2, scope: 'openid ecp:read' })).toBe('reader')
  expect(await as({ groups: 'testers', on: true })).toBe('tester')
  expect(said).toEqual([])
  for (const claims of [
    {},
    { groups: 'testers' },
    { groups: 'testers', on: 'true' },
    { groups: 'admins testers', on: true },
    { groups: ['testers x'], on: true },
    { scope: 'ecp:reader' },
    { groups: { 0: 'testers' }, on: true },
  ]) {
    expect(await as(claims)).toBeUndefined()
  }
  expect(said).toEqual(['a JWT of issuer `corp` was refused: its claims fit no entry of `as`'])
})

test('the claims that name client and principal can be others, and then must be there', async () => {
  const { identify } = await wired({ principalClaim: 'email', clientClaim: 'device' })
  expect(await identify({ claims: { email: 'ada@example.com', device: 'laptop', azp: 'x' } })).toMatchObject({
    client: 'corp/laptop/ada@example.com',
    principal: 'corp/ada@example.com',
  })
  const names = async (device: string, email: string) => (await identify({ claims: { device, email } }))?.client
  expect(await names('a/b', 'c')).not.toBe(await names('a', 'b/c'))
  expect(await names('a', 'b')).not.toBe(await names('a', 'c'))
  expect(await identify({ claims: { email: 'ada@example.com', azp: 'x' } })).toBeUndefined()
  expect(await identify({ claims: { device: 'laptop' } })).toBeUndefined()
})

test('another entry, or another word of the wiring, is another generation', async () => {
  const corp = await issuer()
  const wiring = { issuer: corp.url, audience: 'ecp', as: [{ ...acts, claims: { tier: [1, 2] } }] }
  const token = await signed(corp, { claims: { tier: 1 } })
  const generations = new Set<string | undefined>()
  const changes = [
    {},
    { audience: ['ecp'] },
    { as: [{ ...acts, claims: { tier: 1 } }] },
    { as: [{ ...acts, inputs: { n: 1 } }] },
    { as: [{ ...acts, names: 'plain' }] },
    { jwksUri: `${corp.url}/keys` },
  ]
  for (const change of changes) {
    const { open } = await place({ issuers: { corp: { ...wiring, ...change } } })
    generations.add((await (await open()).identify(token))?.generation)
  }
  expect(generations.has(undefined)).toBe(false)
  expect(generations.size).toBe(changes.length)
})

test('what was identified holds under the same wiring, for who comes after it; under another one it does not', async () => {
  const corp = await issuer()
  const wiring = { issuer: corp.url, audience: 'ecp', as: [{ ...acts, claims: { tier: 1 } }, acts] }
  const first = await place({ issuers: { corp: wiring } })
  const identity = await (await first.open()).identify(await signed(corp))
  if (!identity) throw new TypeError('it is identified')
  expect((await first.open()).holds(identity)).toBe(true)
  expect((await first.open()).holds({ ...identity, generation: '0' })).toBe(false)
  const second = await place({ issuers: { corp: { ...wiring, audience: 'other' } } })
  expect((await second.open()).holds(identity)).toBe(false)
  expect((await (await place()).open()).holds(identity)).toBe(false)
})

test('open sessions are told when the last token of their client is over, or is not shown again', async () => {
  let now = Date.now()
  const { identify, authenticator, open } = await wired({}, { now: () => now })
  const told: string[] = []
  authenticator.onChanged((client) => told.push(client))
  await identify({ claims: { exp: Math.floor(now / 1_000) + 60 } })
  const identity = await identify({ claims: { exp: Math.floor(now / 1_000) + 600 } })
  if (!identity) throw new TypeError('it is identified')
  await identify({ claims: { sub: 'bob', exp: Math.floor(now / 1_000) + 60 } })
  const first = changed(authenticator, 'corp/bob')
  now += 100_000
  await first
  expect(told).toEqual(['corp/bob'])

  const next = await open({ now: () => now })
  const missed = changed(next, 'corp/ada')
  expect(next.holds(identity)).toBe(true)
  now += 100_000
  await missed

  const second = changed(authenticator, 'corp/ada')
  now += 600_000
  await second
})
