import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { PasskeyPlace } from '@ecp/host'
import type { Passkey } from '@ecp/protocol'
import { sha256 } from '../sha256.ts'

/** How long (ms) a link is good. */
export const registrationMs = 600_000
const mostRegistrations = 16
const mostTries = 5

/** A passkey that somebody asked for on the command line, and that a browser is to make. */
export interface Registration {
  /** No secret: by it the command asks what has come of it. */
  readonly id: string
  /** The approver's name. */
  readonly name: string
  readonly place: PasskeyPlace
  /** Random, base64url. */
  readonly challenge: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

interface Kept extends Registration {
  readonly hash: Buffer
  tries: number
  passkey?: Passkey
}

/**
 * The registrations of passkeys, in memory and of this process alone. Nothing follows from one but that the command which asked
 * for it gets to know the passkey: whose word counts says the host's configuration, which nobody writes here.
 */
export class Registrations {
  readonly #now: () => number
  readonly #kept = new Map<string, Kept>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** A new one, with the code of its link; beyond sixteen the oldest one is over. */
  begin(name: string, place: PasskeyPlace): { readonly registration: Registration; readonly code: string } {
    this.#forgetOver()
    for (const id of this.#kept.keys()) {
      if (this.#kept.size < mostRegistrations) break
      this.#kept.delete(id)
    }
    const random = (bytes: number) => randomBytes(bytes).toString('base64url')
    const [id, secret] = [random(9), random(24)]
    const expiresAt = this.#now() + registrationMs
    const registration = { id, name, place, challenge: random(32), expiresAt }
    this.#kept.set(id, { ...registration, hash: sha256(secret), tries: 0 })
    return { registration, code: `${id}.${secret}` }
  }

  /** The one of a link, until its passkey is made. Who guesses has five tries. */
  find(code: string): Registration | undefined {
    this.#forgetOver()
    const [id = '', secret = ''] = code.split('.')
    const kept = this.#kept.get(id)
    if (!kept || kept.passkey) return undefined
    if (timingSafeEqual(kept.hash, sha256(secret))) return kept
    kept.tries += 1
    if (kept.tries >= mostTries) this.#kept.delete(id)
    return undefined
  }

  /** True once: from then on the link is spent. */
  finish({ id }: Registration, passkey: Passkey): boolean {
    this.#forgetOver()
    const kept = this.#kept.get(id)
    if (!kept || kept.passkey) return false
    kept.passkey = passkey
    return true
  }

  /** What has come of one; nothing where it is over. */
  outcome(id: string): { readonly passkey?: Passkey } | undefined {
    this.#forgetOver()
    const kept = this.#kept.get(id)
    return kept && (kept.passkey ? { passkey: kept.passkey } : {})
  }

  #forgetOver(): void {
    for (const [id, { expiresAt }] of this.#kept) if (expiresAt <= this.#now()) this.#kept.delete(id)
  }
}
