import { type Journal, type JournalEntry, journalNote, type Ledger } from '@ecp/ledger'
import { type Action, isJsonObject, type Json, type JsonObject, type Outcome, type RecordBodies } from '@ecp/protocol'
import { HostError } from '../error.ts'
import type { Answer } from './request.ts'
import { withoutEffect } from './without-effect.ts'

/** What is on record of a place in a run that an action comes back to. */
export type Recalled =
  /** Nothing that counts: it is decided, as this attempt. */
  | { readonly kind: 'to-decide'; readonly attempt: number }
  /** It was done, denied or proposed: nothing is decided or done again. */
  | { readonly kind: 'answered'; readonly answer: Answer }
  /** Another action, or the same one twice in one process. */
  | { readonly kind: 'diverged'; readonly why: string }

/** Records that tell the structure of a run, beside its actions. */
export type NoteKind = 'executor.started' | 'executor.finished' | 'mount.hydrated' | 'plan.made'

const first = { kind: 'to-decide', attempt: 1 } as const

/**
 * A run that comes back (architecture.md, durable by the same door): the runtime runs the same orchestration again, and actions
 * whose key has an outcome in the ledger are answered from there.
 */
export class Replay {
  readonly #ledger: Pick<Ledger, 'blob' | 'approvalFor'>
  readonly #run: string
  #journal: Journal | undefined
  /** Keys that were asked for in this process, and what was decided; undefined while it is being decided. */
  readonly #asked = new Map<string, { readonly attempt: number; isHeld: boolean }>()

  constructor(ledger: Pick<Ledger, 'blob' | 'approvalFor'>, run: string) {
    this.#ledger = ledger
    this.#run = run
  }

  /** Takes what is on record. Throws `host.refused` for a run whose payloads were not recorded. */
  load(journal: Journal): void {
    for (const [key, { outcome, blob, settled }] of journal.actions) {
      if (outcome?.status !== 'completed' || settled || blob !== undefined || outcome.result !== undefined) continue
      const message = `run \`${this.#run}\` cannot be resumed: what came of \`${key}\` was not recorded, only that it was done`
      throw new HostError('host.refused', message)
    }
    this.#journal = journal
  }

  /** See `Host.carriedMs`. */
  get carriedMs(): number {
    return this.#journal?.carriedMs ?? 0
  }

  /** Whether any action stands at this place. Those of a run that comes back need be looked at only then. */
  has(key: string): boolean {
    return this.#asked.has(key) || this.#journal?.actions.has(key) === true
  }

  /** Throws `LedgerError` for a result that cannot be read. */
  recall(key: string, action: Pick<Action, 'digest'>): Recalled {
    const before = this.#asked.get(key)
    if (before) {
      if (before.isHeld) return { kind: 'to-decide', attempt: before.attempt + 1 }
      return { kind: 'diverged', why: `\`${key}\` was asked for twice` }
    }
    const entry = this.#journal?.actions.get(key)
    if (!entry) return first
    if (entry.action.digest !== action.digest) {
      const { kind, target } = entry.action
      const why = `at \`${key}\` stood \`${kind}\` of \`${target}\` with other arguments, or another action`
      return { kind: 'diverged', why }
    }
    return this.#recalled(entry)
  }

  /** Remembers that this process asked for a key. */
  asked(key: string, attempt: number, isHeld: boolean): void {
    this.#asked.set(key, { attempt, isHeld })
  }

  /** Whether the run has exactly this on record. */
  isNoted<K extends NoteKind>(kind: K, body: RecordBodies[K]): boolean {
    return this.#journal?.notes.has(journalNote(kind, body)) === true
  }

  #recalled(entry: JournalEntry): Recalled {
    const { action, decision, outcome, settled } = entry
    const again = { kind: 'to-decide', attempt: action.attempt + 1 } as const
    if (decision.effect === 'hold') return again
    const facts = { actionId: action.id, target: action.target, decision, replayed: true as const }
    const stopped = withoutEffect(entry)
    if (stopped) {
      const waiting = decision.effect === 'propose' ? this.#proposal(entry) : undefined
      return { kind: 'answered', answer: { ...facts, outcome: stopped, ...(waiting === undefined ? {} : { waiting }) } }
    }
    if (settled) {
      if (settled.as === 'retry') return again
      return { kind: 'answered', answer: { ...facts, ...settledAs(settled) } }
    }
    if (!outcome || wasInterrupted(outcome)) return again
    const { result: small, ...rest } = outcome
    const result = entry.blob === undefined ? small : this.#blob(entry.blob)
    return { kind: 'answered', answer: { ...facts, outcome: rest, ...(isJsonObject(result) ? { result } : {}) } }
  }

  #proposal({ action, decision }: JournalEntry): string | undefined {
    const { digest, executor, principal } = action
    const subject = { digest, policyDigest: decision.policyDigest, run: this.#run, executor, principal }
    return this.#ledger.approvalFor(subject, 'proposal')?.approval
  }

  #blob(digest: string): Json {
    const text = this.#ledger.blob(digest)
    if (text !== undefined) return JSON.parse(text) as Json // reason: the ledger has looked that it is what was stored
    const message = `run \`${this.#run}\` cannot be resumed: a result of it (\`${digest}\`) is not in the ledger any more`
    throw new HostError('host.refused', message)
  }
}

/** A read that nobody waited for to its end, or that no server heard of. Writes like that are `unknown`. */
function wasInterrupted({ status, error }: Outcome): boolean {
  return status === 'cancelled' || (status === 'failed' && error?.code === 'run.interrupted')
}

function settledAs({ as, by, result }: RecordBodies['action.settled']): {
  readonly outcome: Outcome
  readonly result?: JsonObject
} {
  if (as === 'happened') {
    const text = `This was done, as ${by} has found out; what it answered is not known.`
    return { outcome: { status: 'completed' }, result: result ?? { content: [{ type: 'text', text }] } }
  }
  return {
    outcome: { status: 'failed', error: { code: 'run.settled', message: `it did not happen, as ${by} has found out` } },
  }
}
