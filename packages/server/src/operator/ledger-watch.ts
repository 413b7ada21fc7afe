import type { Ledger, LedgerChanges } from '@ecp/ledger'

const lookMs = 100

/**
 * Looks for what any process writes to the ledger, while anybody listens: one look at the greatest record, ten times a second.
 */
export class LedgerWatch {
  readonly #ledger: () => Pick<Ledger, 'changes'>
  readonly #listeners = new Set<(changes: LedgerChanges) => void>()
  #timer: NodeJS.Timeout | undefined
  #last = 0

  constructor(ledger: () => Pick<Ledger, 'changes'>) {
    this.#ledger = ledger
  }

  /** Tells of what is written from now on. Throws what reading the ledger throws. Returns how to stop listening. */
  on(listener: (changes: LedgerChanges) => void): () => void {
    if (this.#listeners.size === 0) {
      this.#last = this.#ledger().changes().last
      this.#timer = setInterval(() => this.#look(), lookMs)
      this.#timer.unref()
    }
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) clearInterval(this.#timer)
    }
  }

  #look(): void {
    let changes: LedgerChanges
    try {
      changes = this.#ledger().changes(this.#last)
    } catch {
      return // a ledger that is held by others now is looked at again
    }
    if (changes.last === this.#last) return
    this.#last = changes.last
    for (const listener of this.#listeners) listener(changes)
  }
}
