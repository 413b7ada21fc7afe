import { expect, test } from 'vitest'
import { digestOf, sha256 } from './index.ts'

test('equal values have equal digests, whatever the order of their keys', () => {
  expect(digestOf({ a: 1, b: 2 })).toBe(digestOf({ b: 2, a: 1 }))
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})
