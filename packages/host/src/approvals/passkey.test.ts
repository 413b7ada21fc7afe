import { generateKeyPairSync } from 'node:crypto'
import type { PasskeyProof } from '@ecp/protocol'
import { expect, test } from 'vitest'
import { authenticator, type Ceremony, here, passkeyAlgorithms } from '../../test/authenticator.ts'
import { challengeOf, isAssertedBy } from './passkey.ts'

const bytes = Buffer.from('{"for":"ecp-approval-1","answer":"approve"}')
const challenge = challengeOf(bytes)

test.each(passkeyAlgorithms)(
  'an assertion of a passkey (%s) is good for the bytes that it was asked for',
  (algorithm) => {
    const { passkey, assertion } = authenticator(algorithm)
    const others = [authenticator('ES256').passkey, authenticator('EdDSA').passkey]
    expect(isAssertedBy([...others, passkey], bytes, assertion(challenge))).toBe(true)
    expect(isAssertedBy([passkey], Buffer.concat([bytes, Buffer.from(' ')]), assertion(challenge))).toBe(false)
    expect(isAssertedBy(others, bytes, assertion(challenge))).toBe(false)
    expect(isAssertedBy([], bytes, assertion(challenge))).toBe(false)
  },
)

/** Every text that differs in one character, by one step of its alphabet. */
function* changedByOne(text: string): Iterable<string> {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  for (let at = 0; at < text.length; at++) {
    const other = alphabet[(alphabet.indexOf(text[at] ?? '') + 1) % alphabet.length]
    yield text.slice(0, at) + other + text.slice(at + 1)
  }
}

test.each(passkeyAlgorithms)('of an assertion (%s) every single character counts', (algorithm) => {
  const { passkey, assertion } = authenticator(algorithm)
  const proof = assertion(challenge)
  for (const field of ['credentialId', 'authenticatorData', 'clientDataJSON', 'signature'] as const) {
    for (const changed of changedByOne(proof[field]))
      expect(isAssertedBy([passkey], bytes, { ...proof, [field]: changed }), `${field} ${changed}`).toBe(false)
    for (const other of ['', `${proof[field]}A`, `${proof[field]}=`, `${proof[field]}\n`, proof[field].slice(0, -1)])
      expect(isAssertedBy([passkey], bytes, { ...proof, [field]: other }), `${field} ${other}`).toBe(false)
  }
  expect(isAssertedBy([passkey], bytes, proof)).toBe(true)
})

const ceremonies: readonly [what: string, ceremony: Ceremony, isGood: boolean][] = [
  ['another port', { origin: 'http://localhost:7392' }, false],
  ['another origin', { origin: 'https://evil.example' }, false],
  ['an origin that begins like ours', { origin: `${here.origin}0` }, false],
  ['another domain', { rpId: 'evil.example' }, false],
  ['a registration', { type: 'webauthn.create' }, false],
  ['nobody there', { flags: 0x04 }, false],
  ['somebody who was not verified', { flags: 0x01 }, false],
  ['no flag', { flags: 0 }, false],
  ['backed up without being eligible for it', { flags: 0x15 }, false],
  ['backed up', { flags: 0x1d }, true],
  ['a frame of another site', { more: { crossOrigin: true } }, false],
  ['a frame that is said in another way', { more: { crossOrigin: 'true' } }, false],
  ['a page around it', { more: { topOrigin: 'https://evil.example' } }, false],
  ['a browser that says nothing of frames', { more: { crossOrigin: undefined } }, true],
  ['a browser that says more', { more: { other_keys_can_be_added_here: 'do not compare' } }, true],
  ['extensions that are not announced', { extensions: Buffer.from('a0', 'hex') }, false],
  ['extensions that are announced and missing', { flags: 0x85 }, false],
  ['extensions', { flags: 0x85, extensions: Buffer.from('a0', 'hex') }, true],
]

test.each(ceremonies)('an assertion from %s', (_, ceremony, isGood) => {
  const { passkey, assertion } = authenticator()
  expect(isAssertedBy([passkey], bytes, assertion(challenge, ceremony))).toBe(isGood)
})

test('the host says which domain and which pages: what a passkey was registered for elsewhere is worth nothing', () => {
  const { passkey, assertion } = authenticator()
  const proof = assertion(challenge)
  expect(isAssertedBy([{ ...passkey, rpId: 'ecp.example' }], bytes, proof)).toBe(false)
  expect(isAssertedBy([{ ...passkey, origins: ['https://ecp.example'] }], bytes, proof)).toBe(false)
  expect(isAssertedBy([{ ...passkey, origins: ['https://ecp.example', here.origin] }], bytes, proof)).toBe(true)
})

test('content that is no assertion, and keys that sign in other ways, are false and never an error', () => {
  const { passkey, assertion } = authenticator()
  const proof = assertion(challenge)
  const text = (value: string) => Buffer.from(value).toString('base64url')
  const odd = ['null', '[]', '"a"', '{', '{"type":1,"challenge":[],"origin":{}}', '\ud800', 'A'.repeat(20_000)].map(
    text,
  )
  const oddities = [...odd, 1, null, undefined, {}, ['a']] as readonly string[] // reason: whoever writes rows may write anything
  for (const value of oddities) {
    for (const field of ['credentialId', 'authenticatorData', 'clientDataJSON', 'signature'])
      expect(isAssertedBy([passkey], bytes, { ...proof, [field]: value } as PasskeyProof)).toBe(false) // reason: as above
  }
  const keys = [
    generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
    generateKeyPairSync('rsa', { modulusLength: 1024 }),
    generateKeyPairSync('ed448'),
    generateKeyPairSync('x25519'),
  ]
  for (const { publicKey } of keys) {
    const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64url')
    expect(isAssertedBy([{ ...passkey, publicKey: spki }], bytes, proof)).toBe(false)
  }
  expect(isAssertedBy([{ ...passkey, publicKey: 'AAAA' }], bytes, proof)).toBe(false)
})
