import { type LedgerRecord, type WebhookEvent, webhookEvents } from '@ecp/protocol'
import { LedgerError } from '../error.ts'
import type { LeftOut, Letter, Outbox, Subscription } from '../outbox.ts'
import { parseRecord } from '../record.ts'
import { number, text } from './row.ts'
import { ledgerError } from './sqlite.ts'
import type { Statements } from './statements.ts'
import type { Transaction } from './transaction.ts'

/** What the outbox stands on: the same connection and the same transactions as the records. */
export interface OutboxParts {
  readonly file: string
  readonly statements: Statements
  submit<T>(run: (transaction: Transaction) => T): Promise<T>
}

/** The {@link Outbox} in an SQLite ledger. Where nothing has happened since the last look, it writes nothing. */
export class SqliteOutbox implements Outbox {
  readonly #parts: OutboxParts
  /** How far the ledger's chain was looked at for an endpoint, by this process. */
  readonly #seen = new Map<string, number>()

  constructor(parts: OutboxParts) {
    this.#parts = parts
  }

  async collect(at: number, subscriptions: readonly Subscription[], most: number): Promise<readonly LeftOut[]> {
    const head = this.#read((statements) => headOf(statements))
    const behind = subscriptions.filter(({ endpoint }) => this.#isBehind(endpoint, head))
    if (behind.length === 0) return []
    const { upTo, leftOut } = await this.#parts.submit((transaction) => {
      const { statements } = this.#parts
      const upTo = headOf(statements)
      transaction.dirty = true
      return { upTo, leftOut: behind.flatMap((one) => collected(statements, at, one, upTo, most)) }
    })
    for (const { endpoint } of behind) this.#seen.set(endpoint, upTo)
    return leftOut
  }

  async take(at: number, endpoint: string, owner: string, until: number, limit: number): Promise<readonly Letter[]> {
    const due = (statements: Statements) => statements.get('dueLetters').all(endpoint, at, limit)
    if (this.#read((statements) => due(statements).length) === 0) return []
    return this.#parts.submit((transaction) => {
      const { statements } = this.#parts
      // Another process may have been first.
      const rows = due(statements)
      if (rows.length > 0) transaction.dirty = true
      return rows.flatMap((row) => {
        const seq = number(row, 'seq')
        const event = eventAt(statements, seq)
        if (!event) {
          // Rows can be written by whoever can write the file; what is no event is nothing to be told.
          statements.get('removeLetter').run(endpoint, seq)
          return []
        }
        statements.get('takeLetter').run(owner, until, endpoint, seq)
        return [{ endpoint, ...event, attempt: number(row, 'attempts') + 1 }]
      })
    })
  }

  async release(at: number, isAlive: (owner: string) => boolean): Promise<void> {
    const owners = this.#read((statements) => statements.get('letterOwners').all())
    const gone = owners.map((row) => text(row, 'owner')).filter((owner) => !isAlive(owner))
    if (gone.length === 0) return
    await this.#write((statements) => {
      for (const owner of gone) statements.get('releaseLetters').run(at, owner)
    })
  }

  settle({ endpoint, record }: Letter): Promise<void> {
    return this.#write((statements) => statements.get('removeLetter').run(endpoint, record.seq))
  }

  postpone({ endpoint, record }: Letter, owner: string, dueAt: number): Promise<void> {
    return this.#write((statements) => statements.get('postponeLetter').run(dueAt, endpoint, record.seq, owner))
  }

  /** Whether anything may have to be written for this endpoint. */
  #isBehind(endpoint: string, head: number): boolean {
    const seen = this.#seen.get(endpoint)
    if (seen === undefined) return true
    if (seen >= head) return false
    if (this.#read((statements) => statements.get('events').get(seen)) !== undefined) return true
    this.#seen.set(endpoint, head)
    return false
  }

  #write(write: (statements: Statements) => unknown): Promise<void> {
    return this.#parts.submit((transaction) => {
      transaction.dirty = true
      write(this.#parts.statements)
    })
  }

  #read<T>(read: (statements: Statements) => T): T {
    try {
      return read(this.#parts.statements)
    } catch (error) {
      throw ledgerError(error, this.#parts.file)
    }
  }
}

/** Of the records, not of the chain's own row: that one is written with the end of a transaction. */
function headOf(statements: Statements): number {
  return number(statements.get('head').get() ?? {}, 'seq')
}

function collected(
  statements: Statements,
  at: number,
  { endpoint, events }: Subscription,
  upTo: number,
  most: number,
): readonly LeftOut[] {
  const row = statements.get('position').get(endpoint)
  statements.get('setPosition').run(endpoint, upTo)
  if (row === undefined) return []
  let room = most - number(statements.get('letters').get(endpoint) ?? {}, 'n')
  let letters = 0
  for (const event of statements.get('events').all(number(row, 'position'))) {
    if (!events.some((kind) => kind === event.kind)) continue
    if (room > 0) statements.get('addLetter').run(endpoint, number(event, 'seq'), at)
    else letters += 1
    room -= 1
  }
  return letters > 0 ? [{ endpoint, letters }] : []
}

function eventAt(statements: Statements, seq: number): Pick<Letter, 'record' | 'hash'> | undefined {
  const row = statements.get('event').get(seq)
  if (row === undefined) return undefined
  const record = recordIn(text(row, 'bytes'))
  return isEvent(record) ? { record, hash: text(row, 'hash') } : undefined
}

function isEvent(record: LedgerRecord): record is Letter['record'] {
  return webhookEvents.some((kind: WebhookEvent) => kind === record.kind)
}

function recordIn(bytes: string): LedgerRecord {
  try {
    return parseRecord(bytes)
  } catch {
    throw new LedgerError('ledger.damaged', 'a record cannot be read; `ecp trace verify` says which')
  }
}
