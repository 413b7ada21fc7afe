import type { EventBudget } from './event-budget.ts'

export interface EventLogLimits {
  /** Of one session. */
  readonly maxBytes: number
  /** Of all sessions together. */
  readonly maxTotalBytes: number
  /** How long an event can be asked for again. */
  readonly maxAgeMs: number
}

export const defaultEventLogLimits: EventLogLimits = {
  maxBytes: 1_000_000,
  maxTotalBytes: 64_000_000,
  maxAgeMs: 300_000,
}

/** What a log keeps of one stream. */
export interface Kept {
  /** How many of its events are there. */
  events: number
  /** The newest event that is no longer there. */
  lostUpTo: number
}

interface Entry {
  readonly of: Kept
  readonly seq: number
  readonly text: string
  readonly bytes: number
  readonly at: number
}

/** The events of one session that a client which was cut off can ask for again: bounded, the oldest go first. */
export class EventLog {
  readonly #limits: EventLogLimits
  readonly #budget: EventBudget
  readonly #now: () => number
  #entries: Entry[] = []
  #bytes = 0

  constructor(limits: EventLogLimits, budget: EventBudget, now: () => number) {
    this.#limits = limits
    this.#budget = budget
    this.#now = now
  }

  get bytes(): number {
    return this.#bytes
  }

  add(of: Kept, seq: number, text: string): void {
    const bytes = Buffer.byteLength(text)
    const { maxBytes } = this.#limits
    this.expire()
    while (this.#entries.length > 0 && this.#bytes + bytes > maxBytes) this.drop()
    if (bytes > maxBytes || !this.#budget.makeRoom(bytes)) {
      of.lostUpTo = seq
      return
    }
    this.#entries.push({ of, seq, text, bytes, at: this.#now() })
    of.events += 1
    this.#count(bytes)
  }

  /** What came on a stream after an event, oldest first; nothing when some of it is lost. */
  after(of: Kept, seq: number): readonly { readonly seq: number; readonly text: string }[] | undefined {
    if (of.lostUpTo > seq) return undefined
    return this.#entries.filter((entry) => entry.of === of && entry.seq > seq)
  }

  /** Lets go of what is too old. */
  expire(): void {
    const oldest = this.#now() - this.#limits.maxAgeMs
    while ((this.#entries[0]?.at ?? Number.POSITIVE_INFINITY) < oldest) this.drop()
  }

  clear(): void {
    this.#entries = []
    this.#count(-this.#bytes)
  }

  drop(): void {
    const entry = this.#entries.shift()
    if (!entry) return
    entry.of.events -= 1
    entry.of.lostUpTo = entry.seq
    this.#count(-entry.bytes)
  }

  #count(bytes: number): void {
    this.#bytes += bytes
    this.#budget.count(this, bytes)
  }
}
