import { createCipheriv, generateKeyPairSync, randomBytes, scryptSync } from 'node:crypto'

export interface ApproverKey {
  /** The private key, encrypted: PKCS#8 in PEM (RFC 5958, RFC 7468). */
  readonly pem: string
  /** SPKI in DER, base64url: as `security.approvers` has it. */
  readonly publicKey: string
}

// What OWASP asks of scrypt and somewhat more, in the 32 MB that OpenSSL lets it have when it reads such a file: an agent
// of the same user can copy the file, and then guesses as fast as it can. About half a second a guess.
const cost = { N: 16_384, r: 8, p: 8 }
const keyBytes = 32

/**
 * A new Ed25519 key under a passphrase: PBES2 with scrypt and AES-256-CBC (RFC 8018, RFC 7914 section 7), which `openssl pkey`
 * reads too. Node would write PBKDF2 with 2,048 rounds.
 */
export function newApproverKey(passphrase: string): ApproverKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const [salt, iv] = [randomBytes(16), randomBytes(16)]
  const cipher = createCipheriv('aes-256-cbc', scryptSync(passphrase, salt, keyBytes, cost), iv)
  const plain = privateKey.export({ type: 'pkcs8', format: 'der' })
  const encrypted = Buffer.concat([cipher.update(plain), cipher.final()])
  const stretching = sequence(oids.scrypt, sequence(octets(salt), ...[cost.N, cost.r, cost.p, keyBytes].map(integer)))
  const scheme = sequence(oids.aes256Cbc, octets(iv))
  const der = sequence(sequence(oids.pbes2, sequence(stretching, scheme)), octets(encrypted))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  const pem = ['-----BEGIN ENCRYPTED PRIVATE KEY-----', ...lines, '-----END ENCRYPTED PRIVATE KEY-----', ''].join('\n')
  return { pem, publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64url') }
}

/** Whether an approver's name can be that of a file on every system, too. */
export function isApproverFileName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$/.test(name)
}

// DER (X.690), as much of it as this takes.

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  // INVARIANT: all of it is shorter than 256 bytes in total.
  const length = content.length < 128 ? [content.length] : [0x81, content.length]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}

const sequence = (...parts: readonly Buffer[]) => tagged(0x30, ...parts)
const octets = (bytes: Buffer) => tagged(0x04, bytes)

function integer(value: number): Buffer {
  const hex = value.toString(16)
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  return tagged(0x02, (bytes[0] ?? 0) > 127 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes)
}

const oids = {
  /** 1.2.840.113549.1.5.13 */
  pbes2: tagged(0x06, Buffer.from('2a864886f70d01050d', 'hex')),
  /** 1.3.6.1.4.1.11591.4.11 */
  scrypt: tagged(0x06, Buffer.from('2b06010401da47040b', 'hex')),
  /** 2.16.840.1.101.3.4.1.42 */
  aes256Cbc: tagged(0x06, Buffer.from('60864801650304012a', 'hex')),
}
