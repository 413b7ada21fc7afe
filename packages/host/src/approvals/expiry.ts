import type { Ledger } from '@ecp/ledger'

/** How often (ms) it is looked for approvals that time has ended. */
const usualMs = 60_000

export interface ExpiryOptions {
  readonly ledger: Pick<Ledger, 'expireApprovals'>
  readonly everyMs: number | undefined
  now(): number
  onWarning?(message: string): void
}

/**
 * Writes down which approvals have expired, now and then: they approve nothing from their last moment on, but whoever reads
 * the ledger finds it there only so.
 */
export class Expiry {
  readonly #options: ExpiryOptions
  readonly #timer: NodeJS.Timeout
  #isStopped = false

  constructor(options: ExpiryOptions) {
    this.#options = options
    this.#timer = setInterval(() => void this.sweep(), options.everyMs ?? usualMs)
    this.#timer.unref()
  }

  /** Once, now. Never throws: what cannot be written down now is tried again. */
  async sweep(): Promise<void> {
    const { ledger, now, onWarning } = this.#options
    try {
      while (!this.#isStopped && (await ledger.expireApprovals(now())) > 0);
    } catch (cause) {
      if (!this.#isStopped)
        onWarning?.(`which approvals have expired cannot be written down: ${(cause as Error).message}`) // reason: a ledger throws LedgerError
    }
  }

  stop(): void {
    this.#isStopped = true
    clearInterval(this.#timer)
  }
}
