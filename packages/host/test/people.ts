import { generateKeyPairSync } from 'node:crypto'

/** A person with a key of their own. */
export function person(name: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return { name, key: privateKey, publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64url') }
}
export type Person = ReturnType<typeof person>

/** Them as `security.approvers`. */
export const approvers = (people: readonly Person[], groups = 'ops') =>
  `  approvers: { ${people.map(({ name, publicKey }) => `${name}: { publicKey: "${publicKey}", groups: [${groups}] }`).join(', ')} }\n`
