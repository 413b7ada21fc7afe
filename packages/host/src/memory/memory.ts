import type { MemoryScope } from '@ecp/protocol'

/** Whose memory it is: what stands at another place is not there. */
export interface MemoryPlace {
  readonly store: string
  readonly scope: MemoryScope
  /** Scope `user`: the principal; `context`: the Context's name; `org`: empty, everybody on this store. */
  readonly owner: string
}

export interface MemoryItem {
  /** The id of the action that stored it: a UUIDv7 (RFC 9562). */
  readonly id: string
  /** When it was stored, milliseconds since the epoch. */
  readonly at: number
  readonly text: string
  readonly tags: readonly string[]
}

/** An item, and by whom it was stored: for people who look into the file. */
export interface NewMemoryItem extends MemoryItem {
  readonly run: string
  readonly executor: string
  readonly principal: string
}

/** What an executor's `memory` says of how much there may be, with what holds where it says nothing. */
export interface MemoryLimits {
  /** Most items that are kept at a place, and that are read at once. */
  readonly maxItems: number
  /** Most tokens that are read at once; no item that is stored has more. */
  readonly maxTokens: number
}

export interface MemoryQuery {
  readonly limit: number
  /** Words that are looked for, in any language; missing: the newest. */
  readonly query?: string
  readonly tag?: string
}

export interface FoundItems {
  readonly items: readonly MemoryItem[]
  /** How many more there are that fit. */
  readonly more: number
}

/** Where agents remember. All of it throws `HostError`: `memory.unavailable`, `memory.full`, `host.refused`. */
export interface Memory {
  /** Throws `host.refused` for a store that is not wired or is wired wrongly. Opens nothing. */
  check(store: string): void
  /** Stores an item; one with this id that is there already stays as it is. */
  store(place: MemoryPlace, item: NewMemoryItem, limits: MemoryLimits): void
  /** The newest first, or those that fit a query best. */
  find(place: MemoryPlace, query: MemoryQuery, limits: MemoryLimits): FoundItems
  /** False where there is no such item at this place. */
  delete(place: MemoryPlace, id: string): boolean
  close(): void
}
