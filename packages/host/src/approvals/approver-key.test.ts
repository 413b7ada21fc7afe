import { createPublicKey } from 'node:crypto'
import { expect, test } from 'vitest'
import { isApproverFileName, newApproverKey } from './approver-key.ts'
import { readSigningKey } from './signature.ts'

test('a key is read with its passphrase, with no other, and is that of its public key', () => {
  const { pem, publicKey } = newApproverKey('a good passphrase')
  const key = readSigningKey(pem, 'a good passphrase')
  if (!key) throw new TypeError('it cannot be read')
  expect(createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64url')).toBe(publicKey)
  expect(readSigningKey(pem, 'a good passphrasE')).toBeUndefined()
  expect(readSigningKey(pem, '')).toBeUndefined()
  // PBES2 with scrypt (1.3.6.1.4.1.11591.4.11), not PBKDF2: the file can be copied by whoever runs as the same user.
  const der = Buffer.from(pem.split('\n').slice(1, -2).join(''), 'base64')
  expect(der.includes(Buffer.from('2b06010401da47040b', 'hex'))).toBe(true)
})

test.each([
  ['ada', true],
  ['ada.lovelace@example.com', true],
  ['../ada', false],
  ['.ada', false],
  ['', false],
  ['a/b', false],
])('%s as the name of a file: %s', (name, isGood) => {
  expect(isApproverFileName(name)).toBe(isGood)
})
