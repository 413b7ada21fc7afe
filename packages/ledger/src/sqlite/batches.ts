import { LedgerError } from '../error.ts'
import { blockingMs } from './connection.ts'
import { busy, isOfOneRequest, ledgerError, resultCode } from './sqlite.ts'
import type { Statements } from './statements.ts'
import type { Timers } from './timers.ts'
import { Transaction } from './transaction.ts'

/** How long a request waits for other processes before it fails as `ledger.busy`, in milliseconds. */
export const waitMs = 10_000
const shortestMs = 1
const longestMs = 50
/** Chains and buckets that are remembered from one transaction to the next. */
const mostKept = 5_000

interface Entry {
  readonly durable: boolean
  run(transaction: Transaction): unknown
  resolve(value: unknown): void
  reject(error: unknown): void
  waited: number
}

/**
 * Carries out what was asked for in one turn of the event loop as one transaction: BEGIN IMMEDIATE, everybody's part, one
 * COMMIT, and only then the answers. While another process writes it tries again later, without blocking the loop.
 */
export class Batches {
  readonly #file: string
  readonly #statements: Statements
  readonly #timers: Timers
  /** Throws when the file is no longer the one that was opened. */
  readonly #checkFile: () => void
  readonly #knownBlobs = new Set<string>()
  #queue: Entry[] = []
  #scheduled = false
  #attempts = 0
  #flushes: boolean | undefined
  /** What the last transaction knew, and the state of the file that it knew it of. */
  #last: { readonly version: unknown; readonly transaction: Transaction } | undefined

  constructor(file: string, statements: Statements, timers: Timers, checkFile: () => void) {
    this.#file = file
    this.#statements = statements
    this.#timers = timers
    this.#checkFile = checkFile
  }

  /**
   * Queues a part of the next transaction. `run` may be called again, in another transaction, before the promise settles;
   * what it throws rejects this request alone. `durable`: the transaction is flushed to disk before anyone is answered.
   */
  submit<T>(durable: boolean, run: (transaction: Transaction) => T): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    // reason: what resolve gets is what this very entry's run returned
    this.#queue.push({ durable, run, resolve: resolve as (value: unknown) => void, reject, waited: 0 })
    this.#schedule()
    return promise
  }

  /** Carries out what is queued, now; what cannot be is rejected. */
  drain(): void {
    this.#flush()
    for (const { reject } of this.#queue.splice(0)) reject(this.#stillBusy())
  }

  #schedule(): void {
    if (this.#scheduled || this.#queue.length === 0) return
    this.#scheduled = true
    const flush = () => {
      this.#scheduled = false
      this.#flush()
      this.#schedule()
    }
    if (this.#attempts === 0) {
      this.#timers.soon(flush)
      return
    }
    // Exponential, with the whole step as jitter: those who wait for one another do not come back together.
    const step = Math.min(longestMs, shortestMs * 2 ** this.#attempts)
    const delay = 1 + Math.floor(this.#timers.jitter() * step)
    for (const entry of this.#queue) entry.waited += delay + blockingMs
    this.#timers.after(delay, flush)
  }

  #flush(): void {
    const batch = this.#queue
    this.#queue = []
    if (batch.length === 0) return
    try {
      this.#checkFile()
      this.#carryOut(batch)
      this.#attempts = 0
    } catch (error) {
      if (resultCode(error) !== busy) {
        this.#attempts = 0
        const failure = ledgerError(error, this.#file)
        for (const { reject } of batch) reject(failure)
        return
      }
      this.#attempts++
      for (const entry of batch) {
        if (entry.waited >= waitMs) entry.reject(this.#stillBusy())
        else this.#queue.push(entry)
      }
    }
  }

  #stillBusy(): LedgerError {
    return new LedgerError('ledger.busy', `ledger \`${this.#file}\` is held by another process`)
  }

  /** Throws when nothing of the batch was written. */
  #carryOut(batch: readonly Entry[]): void {
    let entries = batch
    for (;;) {
      const offender = this.#attempt(entries)
      if (offender === undefined) return
      entries = entries.filter((entry) => entry !== offender)
      if (entries.length === 0) return
    }
  }

  /**
   * One transaction. When an entry throws after it has written, everything is taken back, the entry is rejected and
   * returned, and the others are to be tried again without it.
   */
  #attempt(entries: readonly Entry[]): Entry | undefined {
    this.#flushTo(entries.some(({ durable }) => durable))
    this.#statements.get('begin').run()
    const answers: (() => void)[] = []
    try {
      const transaction = this.#begun()
      for (const entry of entries) {
        transaction.dirty = false
        try {
          const value = entry.run(transaction)
          answers.push(() => entry.resolve(value))
        } catch (error) {
          const code = resultCode(error)
          if (code !== undefined && !isOfOneRequest(code)) throw error
          const failure = ledgerError(error, this.#file)
          if (transaction.dirty) {
            this.#rollback()
            entry.reject(failure)
            return entry
          }
          answers.push(() => entry.reject(failure))
        }
      }
      transaction.save()
      this.#statements.get('commit').run()
      this.#remember(transaction.newBlobs.splice(0))
    } catch (error) {
      this.#rollback()
      throw error
    }
    for (const answer of answers) answer()
    return undefined
  }

  /**
   * What the transaction before this one knew of chains and buckets still holds, unless another process has written since
   * (PRAGMA data_version says so) or something was taken back.
   */
  #begun(): Transaction {
    const version = this.#statements.get('version').get()?.data_version
    const last = this.#last
    if (last && last.version === version && last.transaction.size < mostKept) return last.transaction
    const transaction = new Transaction(this.#statements, this.#knownBlobs)
    this.#last = { version, transaction }
    return transaction
  }

  #rollback(): void {
    this.#last = undefined
    try {
      this.#statements.get('rollback').run()
    } catch {
      // SQLite has rolled back by itself: it does on a full disk and on I/O errors.
    }
  }

  #flushTo(durable: boolean): void {
    if (this.#flushes === durable) return
    this.#statements.get(durable ? 'full' : 'normal').run()
    this.#flushes = durable
  }

  #remember(digests: readonly string[]): void {
    if (this.#knownBlobs.size > 10_000) this.#knownBlobs.clear()
    for (const digest of digests) this.#knownBlobs.add(digest)
  }
}
