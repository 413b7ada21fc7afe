import type { Draw, RecordBodies } from '@ecp/protocol'
import { cancelledBucket, frozenBucket } from './ledger.ts'

/** A bucket as it stands: a sum that only draws change, and what is in flight on it. */
export interface Bucket {
  /** How many draws were appended, and when the last one was (milliseconds; never goes back). */
  readonly draws: number
  readonly lastAt: number
  /** What was drawn over all time; for a busy bucket, milliseconds of the stretches that have ended. */
  readonly total: number
  /** How many reservations are not settled yet, and what they come to. */
  readonly open: number
  readonly reserved: number
  /** Actions in flight, and since when there has been at least one (0 when there is none). */
  readonly busy: number
  readonly since: number
}

export const emptyBucket: Bucket = { draws: 0, lastAt: 0, total: 0, open: 0, reserved: 0, busy: 0, since: 0 }

/** One entry of a bucket's history: `total` is the sum up to and with it, so that any window is a difference of two. */
export interface Drawn {
  readonly n: number
  readonly at: number
  readonly amount: number
  readonly total: number
}

/** What an action in flight holds of a bucket. */
export interface Reservation {
  readonly bucket: string
  readonly kind: 'reserve' | 'busy'
  readonly amount: number
}

/** Where buckets are kept: tables for the ledger, a map for whoever verifies it. One arithmetic serves both. */
export interface Books {
  bucket(name: string): Bucket
  put(name: string, bucket: Bucket, drawn?: Drawn): void
}

/**
 * Appends to a bucket. INVARIANT: times within a bucket never go back (a clock that does counts as standing still), so
 * that the entries of a window are the last ones, and a draw stays in a window rather too long than too short.
 */
export function draw(books: Books, name: string, at: number, amount: number): void {
  append(books, name, books.bucket(name), at, amount)
}

function append(books: Books, name: string, bucket: Bucket, at: number, amount: number): void {
  const drawn = {
    n: bucket.draws + 1,
    at: Math.max(at, bucket.lastAt),
    amount,
    total: bucket.total + amount,
  }
  books.put(name, { ...bucket, draws: drawn.n, lastAt: drawn.at, total: drawn.total }, drawn)
}

/**
 * What a decision takes. Returns what the action holds until it is finished: `reserve` and `busy` are for what goes in
 * flight, and only an allow does.
 */
export function applyDecided(books: Books, at: number, body: RecordBodies['action.decided']): readonly Reservation[] {
  const held = new Map<string, Reservation>()
  for (const { kind, bucket, amount } of body.draws) {
    if (kind === 'count') {
      draw(books, bucket, at, amount)
      continue
    }
    if (body.decision.effect !== 'allow') continue
    const key = `${kind} ${bucket}`
    const before = held.get(key)?.amount ?? 0
    held.set(key, { bucket, kind, amount: kind === 'busy' ? 0 : before + amount })
  }
  for (const { kind, bucket: name, amount } of held.values()) {
    const bucket = books.bucket(name)
    books.put(
      name,
      kind === 'reserve'
        ? { ...bucket, open: bucket.open + 1, reserved: bucket.reserved + amount }
        : { ...bucket, busy: bucket.busy + 1, since: bucket.busy === 0 ? at : bucket.since },
    )
  }
  return [...held.values()]
}

/** Settles what a finished action held: at what `used` names for the bucket, otherwise at what was reserved. */
export function applyFinished(
  books: Books,
  at: number,
  held: readonly Reservation[],
  used: readonly Draw[] | undefined,
): void {
  const named = new Map<string, number>()
  for (const { kind, bucket, amount } of used ?? []) {
    if (kind !== 'busy') named.set(bucket, (named.get(bucket) ?? 0) + amount)
  }
  for (const { kind, bucket: name, amount } of held) {
    const bucket = books.bucket(name)
    if (kind === 'reserve') {
      const open = bucket.open - 1
      // What doubles leave behind goes when nothing is reserved any more.
      const settled = { ...bucket, open, reserved: open === 0 ? 0 : bucket.reserved - amount }
      append(books, name, settled, at, named.get(name) ?? amount)
      named.delete(name)
    } else if (bucket.busy > 1) {
      books.put(name, { ...bucket, busy: bucket.busy - 1 })
    } else {
      const end = Math.max(at, bucket.since)
      append(books, name, { ...bucket, busy: 0, since: 0 }, end, end - bucket.since)
    }
  }
  // What was used without having been reserved counts all the same.
  for (const [bucket, amount] of named) draw(books, bucket, at, amount)
}

/** The stop switch: its bucket holds 1 or 0, however often it is thrown. */
export function applySwitch(books: Books, at: number, kind: 'host.frozen' | 'host.unfrozen'): void {
  const wanted = kind === 'host.frozen' ? 1 : 0
  const { total } = books.bucket(frozenBucket)
  if (total !== wanted) draw(books, frozenBucket, at, wanted - total)
}

/** The run is to end: its bucket is not 0 from then on. */
export function applyCancelling(books: Books, at: number, run: string): void {
  draw(books, cancelledBucket(run), at, 1)
}
