import { randomBytes, timingSafeEqual } from 'node:crypto'
import { sha256 } from './sha256.ts'

/** How long (ms) a link is good. */
export const codeMs = 600_000
const mostCodes = 8
const mostTries = 5

interface Code {
  readonly hash: Buffer
  readonly expiresAt: number
  tries: number
}

/**
 * One-time codes of sign-in links: a name that is looked up, and 192 random bits that are compared. Who guesses at one name has
 * five tries, and keeps nobody else from signing in.
 */
export class SignInCodes {
  readonly #now: () => number
  readonly #codes = new Map<string, Code>()

  constructor(now: () => number) {
    this.#now = now
  }

  /** A new code; beyond eight the oldest one is over. */
  issue(): string {
    this.#forgetOver()
    for (const name of this.#codes.keys()) {
      if (this.#codes.size < mostCodes) break
      this.#codes.delete(name)
    }
    const [name, secret] = [randomBytes(9), randomBytes(24)].map((bytes) => bytes.toString('base64url'))
    this.#codes.set(`${name}`, { hash: sha256(`${secret}`), expiresAt: this.#now() + codeMs, tries: 0 })
    return `${name}.${secret}`
  }

  /** Spends a code: true once. */
  spend(given: string): boolean {
    this.#forgetOver()
    const [name = '', secret = ''] = given.split('.')
    const code = this.#codes.get(name)
    if (!code) return false
    const isRight = timingSafeEqual(code.hash, sha256(secret))
    code.tries += 1
    if (isRight || code.tries >= mostTries) this.#codes.delete(name)
    return isRight
  }

  #forgetOver(): void {
    for (const [name, { expiresAt }] of this.#codes) if (expiresAt <= this.#now()) this.#codes.delete(name)
  }
}
