import type { ActionRequest, Authorization, Host } from '@ecp/host'
import { digestOf } from '@ecp/ledger'
import type { ActionKind } from '@ecp/protocol'
import { ApiError } from '../api-error.ts'

/** How many keys are remembered for one client; the oldest make room. */
const maxKeys = 1_000

interface Kept {
  readonly digest: string
  readonly answer: Promise<Authorization>
  isSettled: boolean
}

/**
 * Answers for programs that ask again because an answer was lost. The same key with the same action gets the first answer
 * again while its lease is open, so that it is counted once; after that it is refused, because what the program did meanwhile
 * it has to find out, not to repeat. Only what was allowed or proposed is remembered: a deny or a hold may be another answer
 * next time. Kept in memory: after a restart the lease of a lost answer ends as unknown, and the key names a new action.
 */
export class KeyedActions {
  readonly #kept = new WeakMap<Host, Map<string, Kept>>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** Throws `action.key-taken` and `action.key-over`. */
  async authorize(host: Host, request: ActionRequest<ActionKind>): Promise<Authorization> {
    const { key, kind, target, arguments: given, extra = null, executor } = request
    if (key === undefined) return host.gate.authorize(request)
    const digest = digestOf({ kind, target, arguments: given, extra })
    const keys = this.#of(host)
    const name = JSON.stringify([executor, key])
    const kept = keys.get(name)
    if (kept) return this.#again(kept, digest)
    const asking: Kept = { digest, answer: host.gate.authorize(request), isSettled: false }
    keys.set(name, asking)
    for (const oldest of keys.keys()) {
      if (keys.size <= maxKeys) break
      keys.delete(oldest)
    }
    const answer = await asking.answer
    const isOpen = answer.decision.effect === 'deny' || answer.decision.effect === 'hold'
    if (isOpen && keys.get(name) === asking) keys.delete(name)
    return answer
  }

  /** The lease of this id was settled. */
  async settled(host: Host, id: string): Promise<void> {
    for (const kept of this.#of(host).values()) {
      const { actionId } = await kept.answer
      if (actionId === id) kept.isSettled = true
    }
  }

  async #again(kept: Kept, digest: string): Promise<Authorization> {
    if (kept.digest !== digest) {
      throw new ApiError(409, 'action.key-taken', 'this `key` names another action; send another key')
    }
    const answer = await kept.answer
    const isOver = kept.isSettled || (answer.lease !== undefined && answer.lease.expiresAt <= this.#now())
    if (!isOver) return answer
    const message = 'the action of this `key` has ended; to do it once more is another action, with another key'
    throw new ApiError(409, 'action.key-over', message)
  }

  #of(host: Host): Map<string, Kept> {
    const keys = this.#kept.get(host) ?? new Map<string, Kept>()
    this.#kept.set(host, keys)
    return keys
  }
}
