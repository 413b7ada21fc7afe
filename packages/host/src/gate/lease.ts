import type { Action, Outcome } from '@ecp/protocol'
import type { GateOptions } from './gate.ts'
import { type Recordable, recordable, withResult } from './recordable.ts'
import type { Settlement } from './request.ts'

/** Leases on actions that another program executes. One that is never settled ends as unknown. */
export class Leases {
  readonly #options: GateOptions
  readonly #open = new Map<string, { action: Action; timer: NodeJS.Timeout }>()
  #isClosed = false

  constructor(options: GateOptions) {
    this.#options = options
  }

  open(action: Action): { id: string; expiresAt: number } {
    this.#keep(action)
    return { id: action.id, expiresAt: this.#options.now() + this.#options.leaseMs }
  }

  async settle(id: string, settlement: Settlement): Promise<boolean> {
    const { redactor } = this.#options
    const { status, result, error } = settlement
    const outcome: Outcome = {
      status,
      ...(error ? { error: { code: redactor.text(error.code), message: redactor.text(error.message) } } : {}),
    }
    return this.#finish(id, outcome, result === undefined ? undefined : recordable(redactor.json(result)))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#open.keys()].map((id) => this.#abandon(id)))
  }

  #keep(action: Action): void {
    const timer = setTimeout(() => void this.#abandon(action.id), this.#options.leaseMs)
    timer.unref()
    this.#open.set(action.id, { action, timer })
  }

  #abandon(id: string): Promise<boolean> {
    const error = { code: 'lease.expired', message: 'the program that asked never said what came of it' }
    // A ledger that cannot be written now finds the action in flight when it is next opened, and says unknown then.
    return this.#finish(id, { status: 'unknown', error }).catch(() => false)
  }

  async #finish(id: string, outcome: Outcome, result?: Recordable): Promise<boolean> {
    const lease = this.#open.get(id)
    if (!lease) return false
    this.#open.delete(id)
    clearTimeout(lease.timer)
    const { ledger, now } = this.#options
    try {
      return await ledger.finish({ run: lease.action.run, action: id, at: now(), ...withResult(outcome, result) })
    } catch (cause) {
      // What came of it is not on record: whoever knows can say it again.
      if (!this.#isClosed) this.#keep(lease.action)
      throw cause
    }
  }
}
