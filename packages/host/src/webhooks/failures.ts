import type { Sent } from './endpoint.ts'

interface Failing {
  attempts: number
  saidAt: number
}

/** What the operator reads of endpoints that fail: when it begins, now and then while it lasts, and when it is over. */
export class Failures {
  readonly #log: (line: string) => void
  readonly #remindMs: number
  readonly #failing = new Map<string, Failing>()

  constructor(log: (line: string) => void, remindMs: number) {
    this.#log = log
    this.#remindMs = remindMs
  }

  tell(endpoint: string, sent: Sent, at: number): void {
    const before = this.#failing.get(endpoint)
    if (sent.kind !== 'failed') {
      this.#failing.delete(endpoint)
      if (before)
        this.#log(`webhook \`${endpoint}\` takes messages again, after ${attempts(before.attempts)} that failed`)
      return
    }
    const failing = before ?? { attempts: 0, saidAt: Number.NEGATIVE_INFINITY }
    failing.attempts += 1
    this.#failing.set(endpoint, failing)
    if (at < failing.saidAt + this.#remindMs) return
    failing.saidAt = at
    const count = failing.attempts > 1 ? ` (${attempts(failing.attempts)} in a row)` : ''
    this.#log(`webhook \`${endpoint}\` fails${count}: ${sent.why}; it is tried again`)
  }
}

function attempts(count: number): string {
  return count === 1 ? '1 attempt' : `${count} attempts`
}
