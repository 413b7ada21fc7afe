import { canonical, isJsonObject, type LedgerRecord } from '@ecp/protocol'
import { sha256 } from '../digest.ts'
import { firstPrevious, parseRecord } from '../record.ts'
import type { Faults } from './faults.ts'

/** A row as it was found: any column may hold anything. */
export interface FoundRow {
  readonly run: string
  /** NaN for what is not a whole number. */
  readonly seq: number
  readonly at: unknown
  readonly kind: unknown
  readonly bytes: unknown
  readonly hash: unknown
}

/** How far a chain was followed. */
export interface Followed {
  seq: number
  /** The stored hash of the last record, and what its bytes hash to. They differ where one of the two was changed. */
  hash: unknown
  computed: string
  /** Hash of the first record. */
  first: string
}

/** A record that is what it was when it was written. */
export interface SoundRecord {
  readonly record: LedgerRecord
  readonly hash: string
}

/**
 * Follows the chains record by record: bytes -> hash -> the next one's `previous`, places without gaps, columns equal to
 * the bytes. Remembers one head per chain.
 */
export class Chains {
  readonly followed = new Map<string, Followed>()
  readonly #faults: Faults
  constructor(faults: Faults) {
    this.#faults = faults
  }

  /** Takes the next row. Returns its record when nothing is wrong with the row itself. */
  follow(row: FoundRow): SoundRecord | undefined {
    const { run, seq } = row
    if (!Number.isSafeInteger(seq)) {
      this.#faults.add(run, 0, 'index-changed', 'a record has no place in its chain')
      return undefined
    }
    const before = this.followed.get(run)
    const expected = (before?.seq ?? 0) + 1
    if (seq < expected) {
      this.#faults.add(run, seq, 'record-inserted', `record stands after record ${expected - 1}: twice, or moved`)
      return undefined
    }
    if (seq > expected) this.#faults.add(run, expected, 'record-missing', missing(expected, seq - 1))
    if (!(row.bytes instanceof Uint8Array)) {
      this.#faults.add(run, seq, 'bytes-changed', 'the record is not text')
      return undefined
    }
    const computed = sha256(row.bytes)
    const record = this.#parse(row.bytes)
    const previous = record?.previous
    if (before && before.hash !== before.computed) this.#resolve(run, before, previous)
    this.followed.set(run, { seq, hash: row.hash, computed, first: before?.first ?? computed })
    if (row.hash !== computed) return undefined
    // From here on the bytes are those that were hashed.
    if (record === undefined) {
      this.#faults.add(run, seq, 'bytes-changed', 'the record is not JSON in canonical form (RFC 8785)')
      return undefined
    }
    if (seq === expected && previous !== (before?.hash ?? firstPrevious) && previous !== before?.computed) {
      this.#faults.add(run, seq, 'chain-broken', 'the record does not follow the one before it')
      return undefined
    }
    const odd = (['run', 'seq', 'at', 'kind'] as const).filter((column) => row[column] !== record[column])
    if (odd.length > 0) {
      this.#faults.add(run, seq, 'index-changed', `column \`${odd.join('`, `')}\` says something else than the record`)
      return undefined
    }
    return { record, hash: computed }
  }

  /** Compares a chain's end with where it is known to end. */
  end(run: string, head: { seq: unknown; hash: unknown } | undefined): void {
    const end = this.followed.get(run)
    if (end && end.hash !== end.computed) this.#resolve(run, end, head?.hash)
    if (head === undefined) {
      if (end) this.#faults.add(run, 0, 'index-changed', 'the chain is not in the table of chains')
      return
    }
    const seq = end?.seq ?? 0
    if (typeof head.seq !== 'number' || !Number.isSafeInteger(head.seq)) {
      this.#faults.add(run, 0, 'index-changed', 'the table of chains gives no end of the chain')
    } else if (head.seq > seq) {
      this.#faults.add(run, seq + 1, 'record-missing', missing(seq + 1, head.seq))
    } else if (head.seq < seq) {
      this.#faults.add(run, head.seq + 1, 'record-inserted', `the chain ends with record ${head.seq}`)
    } else if (!this.#faults.in(run) && head.hash !== end?.hash) {
      this.#faults.add(run, seq, 'index-changed', 'the table of chains gives another hash for the last record')
    }
  }

  /** Of a record whose bytes and hash disagree: what came after it tells which of them was changed. */
  #resolve(run: string, { seq, computed }: Followed, next: unknown): void {
    if (next === computed) {
      this.#faults.add(run, seq, 'hash-mismatch', 'the stored hash is not that of the record')
    } else {
      this.#faults.add(run, seq, 'bytes-changed', 'the record is not what it was when its hash was taken')
    }
  }

  #parse(bytes: Uint8Array): LedgerRecord | undefined {
    try {
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
      const record = parseRecord(text)
      return isJsonObject(record) && canonical(record) === text ? record : undefined
    } catch {
      return undefined
    }
  }
}

function missing(from: number, to: number): string {
  return from === to ? `record ${from} is missing` : `records ${from} to ${to} are missing`
}
