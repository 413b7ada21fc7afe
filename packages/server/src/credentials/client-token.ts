import { createHash, randomBytes } from 'node:crypto'

/** A token for a client: 256 random bits, with a beginning that scanners for lost secrets can look for. */
export const newToken = (): string => `ecp_${randomBytes(32).toString('base64url')}`

/**
 * What is kept of a token: its sha-256 (hex). A slow hash is for passwords, which can be guessed; nobody can try 2^256 values, and
 * every request would pay for it.
 */
export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('hex')
