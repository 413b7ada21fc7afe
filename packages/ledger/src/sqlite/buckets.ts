import type { CounterQuery } from '@ecp/protocol'
import { type Books, type Bucket, type Drawn, emptyBucket } from '../accounting.ts'
import { number } from './row.ts'
import type { Statements } from './statements.ts'

interface Kept {
  readonly id: number
  bucket: Bucket
}

/** The buckets as one transaction sees and changes them. Each is read once and written once, by `save`. */
export class Buckets implements Books {
  readonly #statements: Statements
  readonly #kept = new Map<string, Kept>()
  /** Names that have no bucket yet: most counters of most actions look at some. */
  readonly #absent = new Set<string>()
  readonly #changed = new Set<Kept>()
  constructor(statements: Statements) {
    this.#statements = statements
  }

  get size(): number {
    return this.#kept.size + this.#absent.size
  }

  bucket(name: string): Bucket {
    return this.#find(name)?.bucket ?? emptyBucket
  }

  put(name: string, bucket: Bucket, drawn?: Drawn): void {
    const kept = this.#findOrAdd(name)
    kept.bucket = bucket
    this.#changed.add(kept)
    if (drawn) this.#statements.get('addDraw').run(kept.id, drawn.at, drawn.n, drawn.amount, drawn.total)
  }

  /** What the query asks for, as of `at`. A window reaches from (not including) `at - windowMs` on. Two look-ups at most. */
  read({ bucket: name, kind, windowMs }: CounterQuery, at: number): number {
    const kept = this.#find(name)
    if (kept === undefined) return 0
    const { id, bucket } = kept
    const from = windowMs === undefined ? undefined : Math.floor(at - windowMs)
    const before = from === undefined ? undefined : this.#statements.get('totalUpTo').get(id, from)
    let sum = bucket.total - (before === undefined ? 0 : number(before, 'total'))
    if (kind === 'busy') {
      if (from !== undefined) {
        // The stretch that began before the window counts from the window's start.
        const straddling = this.#statements.get('firstAfter').get(id, from)
        if (straddling) sum -= Math.max(0, from - (number(straddling, 'at') - number(straddling, 'amount')))
      }
      if (bucket.busy > 0) sum += Math.max(0, at - Math.max(bucket.since, from ?? bucket.since))
    } else {
      sum += bucket.reserved
    }
    return withoutDust(sum)
  }

  save(): void {
    for (const { id, bucket } of this.#changed) {
      const { draws, lastAt, total, open, reserved, busy, since } = bucket
      this.#statements.get('setBucket').run(draws, lastAt, total, open, reserved, busy, since, id)
    }
    this.#changed.clear()
  }

  #find(name: string): Kept | undefined {
    const kept = this.#kept.get(name)
    if (kept) return kept
    if (this.#absent.has(name)) return undefined
    const row = this.#statements.get('bucket').get(name)
    if (row === undefined) {
      this.#absent.add(name)
      return undefined
    }
    const found: Kept = {
      id: number(row, 'id'),
      bucket: {
        draws: number(row, 'draws'),
        lastAt: number(row, 'last_at'),
        total: number(row, 'total'),
        open: number(row, 'open'),
        reserved: number(row, 'reserved'),
        busy: number(row, 'busy'),
        since: number(row, 'since'),
      },
    }
    this.#kept.set(name, found)
    return found
  }

  #findOrAdd(name: string): Kept {
    const found = this.#find(name)
    if (found) return found
    const { lastInsertRowid } = this.#statements.get('addBucket').run(name)
    const added: Kept = { id: Number(lastInsertRowid), bucket: emptyBucket }
    this.#kept.set(name, added)
    this.#absent.delete(name)
    return added
  }
}

/** 0.1 + 0.2 is 0.3: what doubles leave behind the twelfth digit is not something that anyone drew. */
function withoutDust(sum: number): number {
  return Number.isSafeInteger(sum) ? sum : Number(sum.toPrecision(12))
}
