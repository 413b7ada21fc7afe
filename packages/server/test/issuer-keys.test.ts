import type { JsonObject } from '@ecp/protocol'
import { expect, test } from 'vitest'
import { listening } from '../../host/test/listening.ts'
import type { AuthenticatorOptions } from '../src/index.ts'
import { place } from './credentials.ts'
import { type Issuer, issuer, issuerKey, signed } from './issuer.ts'

const as = [{ context: 'assistant.yaml', executor: 'assistant' }]

async function asked(
  corp: Issuer,
  {
    wiring = {},
    security = {},
    ...options
  }: Partial<AuthenticatorOptions> & { wiring?: JsonObject; security?: JsonObject } = {},
) {
  const at = await place({ issuers: { corp: { issuer: corp.url, audience: 'ecp', as, ...wiring } } }, { security })
  const { identify } = await at.open(options)
  return { ...at, identify }
}
const refused = (why: string) => `a JWT of issuer \`corp\` was refused: the keys of the issuer cannot be had: ${why}`

test('a key that an issuer took up is found without a restart, and one that it gave up is gone', async () => {
  const corp = await issuer()
  const { identify } = await asked(corp, { keyTimes: { coolDownMs: 0 } })
  const before = await signed(corp)
  expect(await identify(before)).toMatchObject({ client: 'corp/ada' })
  corp.keys = [await issuerKey('second')]
  expect(await identify(await signed(corp))).toMatchObject({ client: 'corp/ada' })
  expect(await identify(before)).toBeUndefined()
})

test('keys that nobody knows do not make it ask again and again', async () => {
  const corp = await issuer()
  const { identify } = await asked(corp)
  for (let index = 0; index < 20; index++) {
    expect(await identify(await signed(corp, { header: { kid: `made-up-${index}` } }))).toBeUndefined()
  }
  expect(corp.server.seen.filter((line) => line === 'GET /keys')).toHaveLength(1)
})

test('many tokens at once ask for the keys once', async () => {
  const corp = await issuer()
  const { identify } = await asked(corp)
  const tokens = await Promise.all(
    Array.from({ length: 20 }, (_, index) => signed(corp, { claims: { sub: `u${index}` } })),
  )
  expect((await Promise.all(tokens.map((token) => identify(token)))).every((identity) => identity !== undefined)).toBe(
    true,
  )
  expect(corp.server.seen.filter((line) => line === 'GET /keys')).toHaveLength(1)
})

test('an issuer with a path is found by its metadata, or by the address that is wired', async () => {
  const corp = await issuer('/tenant')
  const { identify } = await asked(corp)
  expect(await identify(await signed(corp))).toMatchObject({ client: 'corp/ada' })
  expect(corp.server.seen).toEqual([
    'GET /.well-known/oauth-authorization-server/tenant',
    'GET /tenant/.well-known/openid-configuration',
    'GET /tenant/keys',
  ])
  const direct = await issuer('/tenant')
  const wired = await asked(direct, { wiring: { jwksUri: `${direct.url}/keys` } })
  expect(await wired.identify(await signed(direct))).toMatchObject({ client: 'corp/ada' })
  expect(direct.server.seen).toEqual(['GET /tenant/keys'])
})

test('metadata of another issuer is not believed', async () => {
  const corp = await issuer()
  corp.metadata = { issuer: 'https://elsewhere.example' }
  const { identify, said } = await asked(corp)
  expect(await identify(await signed(corp))).toBeUndefined()
  expect(said).toEqual([refused('its metadata is that of another issuer')])
  expect(corp.server.seen).not.toContain('GET /keys')
})

test('keys at an address that the operator did not write down and that is not public are not fetched', async () => {
  const corp = await issuer()
  const { server } = await issuer()
  corp.metadata = { jwks_uri: `http://localhost:${server.port}/keys` }
  const { identify, said } = await asked(corp)
  expect(await identify(await signed(corp))).toBeUndefined()
  expect(said[0]).toContain('issuer `corp`')
  expect(server.connections()).toBe(0)
})

test('keys that are elsewhere, by a redirect, are not fetched there', async () => {
  const corp = await issuer()
  const { server: other } = await issuer()
  corp.intercept = (request, response) => {
    if (request.url !== '/keys') return false
    response.writeHead(302, { location: `${other.url}/keys` }).end()
    return true
  }
  const { identify, said } = await asked(corp)
  expect(await identify(await signed(corp))).toBeUndefined()
  expect(said[0]).toMatch(/issuer `corp` redirects .* which is another origin/)
  expect(other.connections()).toBe(0)
})

test('a domain that `security.network` does not list is not asked', async () => {
  const corp = await issuer()
  const { identify, said } = await asked(corp, { security: { network: { allowDomains: ['id.example'] } } })
  expect(await identify(await signed(corp))).toBeUndefined()
  expect(said[0]).toContain('`127.0.0.1` is not in `security.network.allowDomains`')
  expect(corp.server.connections()).toBe(0)
})

test('an issuer that hangs costs a bounded time, once; after a pause it is asked again', async () => {
  const corp = await issuer()
  let hangs = true
  corp.intercept = (request) => hangs && request.url === '/keys'
  let now = Date.now()
  const keyTimes = { timeoutMs: 50, failureMs: 5_000 }
  const { identify, said } = await asked(corp, { keyTimes, now: () => now })
  const token = await signed(corp)
  for (let index = 0; index < 5; index++) expect(await identify(token)).toBeUndefined()
  expect(said).toEqual([refused('it did not answer within 50 ms')])
  expect(corp.server.seen.filter((line) => line === 'GET /keys')).toHaveLength(1)
  hangs = false
  now += 5_000
  expect(await identify(token)).toMatchObject({ client: 'corp/ada' })
})

test('while an issuer is away, the keys that are known still count', async () => {
  const corp = await issuer()
  const { identify } = await asked(corp, { keyTimes: { coolDownMs: 0 } })
  expect(await identify(await signed(corp))).toMatchObject({ client: 'corp/ada' })
  corp.intercept = (_request, response) => {
    response.writeHead(503).end()
    return true
  }
  expect(await identify(await signed(corp, { header: { kid: 'made-up' } }))).toBeUndefined()
  expect(await identify(await signed(corp))).toMatchObject({ client: 'corp/ada' })
})

const answers: readonly (readonly [what: string, answer: string, why: string])[] = [
  ['no JSON', 'keys', 'it answered with what is no JSON object'],
  ['no key set', '{"keys":1}', 'the address of its keys gives no key set'],
  ['a list', '[]', 'it answered with what is no JSON object'],
]
test.each(answers)('an answer that is %s is no keys', async (_, answer, why) => {
  const corp = await issuer()
  corp.intercept = (request, response) => {
    if (request.url === '/keys') response.end(answer)
    return request.url === '/keys'
  }
  const { identify, said } = await asked(corp)
  expect(await identify(await signed(corp))).toBeUndefined()
  expect(said).toEqual([refused(why)])
})

test('an answer without end is cut off', async () => {
  const corp = await issuer()
  corp.intercept = (request, response) => {
    if (request.url !== '/keys') return false
    const more = () => {
      while (!response.destroyed && response.write(`{"keys":[${' '.repeat(65_536)}`));
    }
    response.on('drain', more)
    more()
    return true
  }
  const { identify, said } = await asked(corp)
  expect(await identify(await signed(corp))).toBeUndefined()
  expect(said).toHaveLength(1)
})

test('an issuer that is not there is said, and nobody is let in', async () => {
  const gone = await listening(() => {})
  await gone[Symbol.asyncDispose]()
  const corp = await issuer()
  const { identify, said } = await asked(corp, { wiring: { jwksUri: `${gone.url}/keys` } })
  expect(await identify(await signed(corp))).toBeUndefined()
  expect(said[0]).toMatch(/cannot be had: issuer `corp`/)
})
