import type { Database } from '@ecp/ledger'
import { HostError } from '../error.ts'
import type { FoundItems, MemoryItem, MemoryLimits, MemoryPlace, MemoryQuery, NewMemoryItem } from './memory.ts'
import { openStoreFile, unavailable } from './store-file.ts'
import { wordQuery } from './words.ts'

/** Tokens of an item, roughly: one for every three bytes (UTF-8), which is rather too many. */
export const itemTokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / 3)

type Row = Record<string, string | number | null>

const atPlace = 'store = :store AND scope = :scope AND owner = :owner'
const tagged = '(:tag IS NULL OR EXISTS (SELECT 1 FROM json_each(items.tags) WHERE value = :tag))'

/**
 * One store, a SQLite file of its own.
 *
 * INVARIANT: every statement names the whole place, and every value is bound: what stands at another place is neither seen, counted
 * nor changed.
 */
export class MemoryStore {
  readonly #id: string
  readonly #database: Database

  constructor(id: string, file: string) {
    this.#id = id
    this.#database = openStoreFile(id, file)
  }

  store({ store, scope, owner }: MemoryPlace, item: NewMemoryItem, { maxItems, maxTokens }: MemoryLimits): void {
    const { id, at, text, tags, run, executor, principal } = item
    if (itemTokens(text) > maxTokens) {
      throw new HostError('memory.full', `the text is longer than this memory takes (${maxTokens} tokens); store less`)
    }
    this.#write(() => {
      const there = this.#row(`SELECT count(*) AS n, max(id = :id) AS same FROM items WHERE ${atPlace}`, {
        store,
        scope,
        owner,
        id,
      })
      if (there?.same === 1) return
      if (Number(there?.n) >= maxItems) {
        const message = `this memory holds ${maxItems} items, which is all that it takes; delete one that is of no use first`
        throw new HostError('memory.full', message)
      }
      const listed = JSON.stringify(tags)
      const { lastInsertRowid: row } = this.#database
        .prepare(
          'INSERT INTO items (id, store, scope, owner, at, text, tags, run, executor, principal) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        )
        .run(id, store, scope, owner, at, text, listed, run, executor, principal)
      this.#database
        .prepare('INSERT INTO words (rowid, text, tags) VALUES (?, ?, ?)')
        .run(row, text.normalize('NFC'), tags.join(' '))
    })
  }

  find({ store, scope, owner }: MemoryPlace, { query, tag, limit }: MemoryQuery, limits: MemoryLimits): FoundItems {
    const place = { store, scope, owner, tag: tag ?? null }
    const match = query === undefined ? undefined : wordQuery(query.normalize('NFC'))
    if (query !== undefined && match === undefined) return { items: [], more: 0 }
    const most = Math.min(limit, limits.maxItems)
    const from = match === undefined ? 'items' : 'words JOIN items ON items.row = words.rowid'
    const where = `${match === undefined ? '' : 'words MATCH :match AND '}${atPlace} AND ${tagged}`
    const order = match === undefined ? 'at DESC, row DESC' : 'bm25(words), at DESC, row DESC'
    const values = match === undefined ? place : { ...place, match }
    try {
      const fitting = Number(this.#row(`SELECT count(*) AS n FROM ${from} WHERE ${where}`, values)?.n)
      const rows = this.#database
        .prepare(
          `SELECT id, at, items.text AS text, items.tags AS tags FROM ${from} WHERE ${where} ORDER BY ${order} LIMIT :most`,
        )
        .all({ ...values, most })
      const items = within(rows.map(itemOf), limits.maxTokens)
      return { items, more: fitting - items.length }
    } catch (cause) {
      throw unavailable(this.#id, cause)
    }
  }

  delete({ store, scope, owner }: MemoryPlace, id: string): boolean {
    return this.#write(() => {
      const found = this.#row(`DELETE FROM items WHERE id = :id AND ${atPlace} RETURNING row`, {
        id,
        store,
        scope,
        owner,
      })
      if (found === undefined) return false
      this.#database.prepare('DELETE FROM words WHERE rowid = ?').run(found.row ?? null)
      return true
    })
  }

  close(): void {
    this.#database.close()
  }

  #row(query: string, values: Row): Row | undefined {
    return this.#database.prepare(query).get(values) as Row | undefined // reason: the columns are texts and numbers
  }

  /** All of it or nothing. */
  #write<T>(change: () => T): T {
    try {
      this.#database.exec('BEGIN IMMEDIATE')
      try {
        const result = change()
        this.#database.exec('COMMIT')
        return result
      } catch (cause) {
        if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
        throw cause
      }
    } catch (cause) {
      throw unavailable(this.#id, cause)
    }
  }
}

function itemOf({ id, at, text, tags }: Record<string, unknown>): MemoryItem {
  const listed: unknown = JSON.parse(String(tags))
  return { id: String(id), at: Number(at), text: String(text), tags: Array.isArray(listed) ? listed.map(String) : [] }
}

/** Items as long as they fit into so many tokens; one that is too long for what is left is passed over. */
function within(items: readonly MemoryItem[], maxTokens: number): readonly MemoryItem[] {
  let left = maxTokens
  return items.filter(({ text }) => {
    const tokens = itemTokens(text)
    if (tokens > left) return false
    left -= tokens
    return true
  })
}
