import { hash } from 'node:crypto'
import { canonical } from '@ecp/protocol'

/** sha-256 (FIPS 180-4) of a text's UTF-8 bytes, or of the bytes given, as 64 lower-case hex digits. */
export function sha256(content: string | Uint8Array): string {
  return hash('sha256', content, 'hex')
}

/** sha-256 over a value's canonical JSON (RFC 8785). Throws `json.not-canonical`. */
export function digestOf(value: unknown): string {
  return sha256(canonical(value))
}
