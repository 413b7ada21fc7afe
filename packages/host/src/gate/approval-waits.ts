import { type Approval, type Ledger, stateAt } from '@ecp/ledger'
import type { Hold } from './request.ts'

/** How often (ms) approvals that somebody waits for are looked at: answers may come from any process on the ledger. */
const lookMs = 20
/** How often (ms) whoever asked hears that it still waits. */
const remindMs = 5_000

export interface ApprovalWaitsOptions {
  readonly ledger: Pick<Ledger, 'approval'>
  now(): number
}

interface Waiter {
  readonly approval: string
  settle(isAnswered: boolean): void
}

/** Waits for people's answers, all on one clock. */
export class ApprovalWaits {
  readonly #options: ApprovalWaitsOptions
  readonly #waiters = new Set<Waiter>()
  #timer: NodeJS.Timeout | undefined

  constructor(options: ApprovalWaitsOptions) {
    this.#options = options
  }

  /**
   * True once it is approved, denied, or a grant was given instead; false when it will not be any more, after `waitMs`, or when
   * the signal aborts.
   */
  answered(
    approval: string,
    { waitMs, onWaiting, onOver, signal }: Hold & { readonly signal?: AbortSignal },
  ): Promise<boolean> {
    return new Promise((resolve) => {
      onWaiting?.(approval)
      const reminder = setInterval(() => onWaiting?.(approval), remindMs)
      const waiter: Waiter = {
        approval,
        settle: (isAnswered) => {
          clearInterval(reminder)
          clearTimeout(timeout)
          signal?.removeEventListener('abort', giveUp)
          this.#waiters.delete(waiter)
          onOver?.()
          resolve(isAnswered)
        },
      }
      const giveUp = () => waiter.settle(false)
      const timeout = setTimeout(giveUp, waitMs)
      signal?.addEventListener('abort', giveUp, { once: true })
      if (signal?.aborted) return giveUp()
      this.#waiters.add(waiter)
      this.#timer ??= setInterval(() => this.#look(), lookMs)
    })
  }

  #look(): void {
    const seen = new Map<string, Approval | undefined>()
    for (const waiter of this.#waiters) {
      const { approval: id } = waiter
      if (!seen.has(id)) seen.set(id, this.#read(id))
      const approval = seen.get(id)
      const state = approval && stateAt(approval, this.#options.now())
      // A grant in its place may let the action happen, too.
      const isGranted = state === 'cancelled' && approval?.grant !== undefined
      if (state === 'approved' || state === 'denied' || isGranted) waiter.settle(true)
      else if (state !== 'pending') waiter.settle(false)
    }
    if (this.#waiters.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** A ledger that cannot be read has no answer; deciding again would find out why. */
  #read(id: string): Approval | undefined {
    try {
      return this.#options.ledger.approval(id)
    } catch {
      return undefined
    }
  }
}
