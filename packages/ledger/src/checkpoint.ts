import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { existsSync, linkSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { canonical, type RecordBodies } from '@ecp/protocol'
import { LedgerError } from './error.ts'

type Checkpoint = RecordBodies['checkpoint']

/** What is signed: the canonical JSON of count and hash. */
function signedText({ count, hash }: Pick<Checkpoint, 'count' | 'hash'>): Buffer {
  return Buffer.from(canonical({ count, hash }))
}

/**
 * Signs (Ed25519, RFC 8032) that the ledger's chain had `count` records and ended with `hash`. The public key is SPKI, the
 * signature 64 bytes, both in base64.
 */
export function signCheckpoint(count: number, hash: string, key: KeyObject): Checkpoint {
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64')
  const signature = sign(null, signedText({ count, hash }), key).toString('base64')
  return { count, hash, publicKey, signature }
}

/** Whether the checkpoint's signature is that of the key it names. False, never an error, for any other content. */
export function isSignedBy(checkpoint: Checkpoint): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(checkpoint.publicKey, 'base64'), format: 'der', type: 'spki' })
    if (key.asymmetricKeyType !== 'ed25519') return false
    return verify(null, signedText(checkpoint), key, Buffer.from(checkpoint.signature, 'base64'))
  } catch {
    return false
  }
}

/** Reads the signing key, or makes it (mode 0600) when there is none yet. Throws `ledger.unavailable`. */
export function signingKey(file: string): KeyObject {
  try {
    if (!existsSync(file)) make(file)
    return createPrivateKey(readFileSync(file))
  } catch {
    throw new LedgerError('ledger.unavailable', `the signing key \`${file}\` cannot be made or read`)
  }
}

/** Written beside and linked into place, so that another process finds the whole key or none. */
function make(file: string): void {
  const draft = `${file}.${process.pid}`
  const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })
  writeFileSync(draft, key, { mode: 0o600, flush: true })
  try {
    linkSync(draft, file)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    unlinkSync(draft)
  }
}
