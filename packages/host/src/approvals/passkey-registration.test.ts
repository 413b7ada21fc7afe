import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { JsonObject } from '@ecp/protocol'
import { verifyAuthenticationResponse } from '@simplewebauthn/server'
import { expect, test } from 'vitest'
import { authenticator, here, type Making, passkeyAlgorithms } from '../../test/authenticator.ts'
import { challengeOf, isAssertedBy } from './passkey.ts'
import { passkeyCreation, passkeyMade } from './passkey-registration.ts'
import { passkeyRequest } from './passkey-request.ts'

const challenge = randomBytes(32).toString('base64url')
const made = (credential: JsonObject) => passkeyMade(credential, { place: here, challenge })

test.each(passkeyAlgorithms)(
  'a passkey (%s) is taken as its authenticator says, and what it signs then is good',
  async (algorithm) => {
    const { passkey, registration, assertion } = authenticator(algorithm)
    const taken = await made(registration(challenge))
    expect(taken).toEqual(passkey)
    const bytes = Buffer.from('an answer')
    expect(isAssertedBy([taken], bytes, assertion(challengeOf(bytes)))).toBe(true)
  },
)

test.each(passkeyAlgorithms)('another reader of assertions (%s) says the same of them', async (algorithm) => {
  const { passkey, registration, assertion } = authenticator(algorithm)
  const bytes = Buffer.from('an answer')
  const { registrationInfo } = await (await import('@simplewebauthn/server')).verifyRegistrationResponse({
    response: registration(challenge) as never, // reason: it is JSON of that form
    expectedChallenge: challenge,
    expectedOrigin: here.origin,
    expectedRPID: here.rpId,
  })
  if (!registrationInfo) throw new TypeError('it is verified')
  const says = async (ceremony: Making) => {
    const { credentialId: id, kind: _, ...response } = assertion(challengeOf(bytes), ceremony)
    const given = { id, rawId: id, type: 'public-key' as const, clientExtensionResults: {}, response }
    const own = isAssertedBy([passkey], bytes, { kind: 'webauthn', credentialId: id, ...response })
    const asked = { expectedChallenge: challengeOf(bytes), expectedOrigin: here.origin, expectedRPID: here.rpId }
    const other = verifyAuthenticationResponse({ response: given, credential: registrationInfo.credential, ...asked })
    return [own, await other.then(({ verified }) => verified).catch(() => false)]
  }
  expect(await says({})).toEqual([true, true])
  for (const ceremony of [
    { origin: 'http://localhost:1' },
    { rpId: 'a.example' },
    { flags: 1 },
    { flags: 4 },
    { flags: 0x15 },
    { type: 'webauthn.create' },
    { more: { topOrigin: 'https://a.example' } },
    { extensions: Buffer.from('a0', 'hex') },
  ])
    expect(await says(ceremony), JSON.stringify(ceremony)).toEqual([false, false])
})

const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' })
const bytesOf = (text = '') => new Uint8Array(Buffer.from(text, 'base64url'))
const refused: readonly [what: string, making: Making][] = [
  ['on another page', { origin: 'http://localhost:7392' }],
  ['for another domain', { rpId: 'evil.example' }],
  ['as an assertion', { type: 'webauthn.get' }],
  ['by somebody who was not verified', { flags: 0x01 }],
  ['by nobody', { flags: 0x04 }],
  ['in a frame', { more: { crossOrigin: true } }],
  ['around which there is another page', { more: { crossOrigin: true, topOrigin: 'https://evil.example' } }],
  ['with a statement in an attestation that is none', { attStmt: new Map([['sig', new Uint8Array(8)]]) }],
  ['with a certificate', { fmt: 'packed', attStmt: new Map<string, unknown>([['x5c', [new Uint8Array(8)]]]) }],
  ['in a format that nobody knows', { fmt: 'other' }],
  [
    'with a key of another curve',
    {
      cose: new Map<number, unknown>([
        [1, 2],
        [3, -7],
        [-1, 2],
        [-2, bytesOf(p384.x)],
        [-3, bytesOf(p384.y)],
      ]),
    },
  ],
  [
    'with a key that signs in another way than it says',
    {
      cose: new Map<number, unknown>([
        [1, 1],
        [3, -7],
        [-1, 6],
        [-2, new Uint8Array(randomBytes(32))],
      ]),
    },
  ],
]

test.each(refused)('a passkey that was made %s is not taken', async (_, making) => {
  const { registration } = authenticator()
  await expect(made(registration(challenge, making))).rejects.toMatchObject({
    code: 'host.refused',
    message: expect.stringMatching(/^this passkey cannot be taken: .+; open the link again/),
  })
})

test('what was made for another registration, or is no registration at all, is refused with an error of the host', async () => {
  const { registration } = authenticator()
  const good = registration(challenge)
  const other = registration(randomBytes(32).toString('base64url'))
  const odd: JsonObject[] = [
    {},
    { response: {} },
    { ...good, response: null },
    { ...good, rawId: 'AAAA' },
    { ...good, id: '' },
  ]
  for (const credential of [
    other,
    ...odd,
    { ...good, response: { attestationObject: 'AAAA', clientDataJSON: 'AAAA' } },
  ])
    await expect(made(credential)).rejects.toMatchObject({ code: 'host.refused' })
})

test('what a browser is asked for: a passkey of its own for each, verified, without attestation', async () => {
  const creation = { name: 'ada', place: here, challenge, timeoutMs: 60_000, taken: ['AAAAAAAAAAAAAAAAAAAAAA'] }
  const [one, two] = [await passkeyCreation(creation), await passkeyCreation(creation)]
  expect(one).toMatchObject({
    rp: { id: 'localhost' },
    user: { name: 'ada' },
    challenge,
    attestation: 'none',
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
    pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: 'public-key', alg })),
    excludeCredentials: [{ id: 'AAAAAAAAAAAAAAAAAAAAAA', type: 'public-key' }],
  })
  expect(two.user).not.toEqual(one.user)
})

test('an approver is asked for the passkeys of the page, for one domain', () => {
  const [local, other] = [authenticator().passkey, authenticator().passkey]
  const [elsewhere, wider] = [
    { ...authenticator().passkey, origins: ['https://ecp.example'] },
    { ...authenticator().passkey, rpId: 'example' },
  ]
  const ask = (...passkeys: (typeof local)[]) => passkeyRequest({ passkeys }, here, challenge, 1_000)
  expect(ask(wider, elsewhere, local, other)).toEqual({
    challenge,
    rpId: 'localhost',
    timeout: 1_000,
    userVerification: 'required',
    allowCredentials: [local, other].map(({ id }) => ({ id, type: 'public-key' })),
  })
  expect(ask(elsewhere)).toBeUndefined()
  expect(ask()).toBeUndefined()
})
