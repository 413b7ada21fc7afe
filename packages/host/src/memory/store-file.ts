import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { busy, type Database, resultCode, sqlite } from '@ecp/ledger'
import { HostError } from '../error.ts'

/** "ecpm": a file that says something else in its header is not ours. */
const applicationId = 0x6563706d
const version = 1
/** How long SQLite may block the event loop for another process, in milliseconds. */
const busyMs = 250

const schema = `
CREATE TABLE items (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  store TEXT NOT NULL, scope TEXT NOT NULL, owner TEXT NOT NULL,
  at INTEGER NOT NULL, text TEXT NOT NULL, tags TEXT NOT NULL,
  run TEXT NOT NULL, executor TEXT NOT NULL, principal TEXT NOT NULL
) STRICT;
CREATE INDEX items_by_place ON items (store, scope, owner, at);
CREATE VIRTUAL TABLE words USING fts5(text, tags, content = '', contentless_delete = 1, tokenize = 'porter unicode61');
`

/**
 * Opens the file of a store, making it (mode 0600, its folders 0700) where it is not there. Throws `memory.unavailable` for one
 * that cannot be opened, and for another program's: that one is not touched.
 */
export function openStoreFile(store: string, file: string): Database {
  try {
    makeFolder(dirname(file))
    if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600))
    const { DatabaseSync } = sqlite()
    const database = new DatabaseSync(file, { timeout: busyMs, defensive: true })
    try {
      database.exec('PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON; PRAGMA recursive_triggers = OFF')
      prepare(database, store, file)
      if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600)
      database.exec('PRAGMA synchronous = FULL')
      useWal(database)
      return database
    } catch (cause) {
      database.close()
      throw cause
    }
  } catch (cause) {
    throw unavailable(store, cause, file)
  }
}

/** What SQLite or the file system threw, as the host says it. */
export function unavailable(store: string, cause: unknown, file?: string): HostError {
  if (cause instanceof HostError) return cause
  const at = file === undefined ? '' : ` at \`${file}\``
  const why = cause instanceof Error ? cause.message : String(cause)
  return new HostError('memory.unavailable', `memory store \`${store}\`${at} cannot be used: ${why}`)
}

function prepare(database: Database, store: string, file: string): void {
  database.exec('BEGIN IMMEDIATE')
  const blank = number(database, 'SELECT count(*) FROM sqlite_schema') === 0
  const id = number(database, 'PRAGMA application_id')
  const format = number(database, 'PRAGMA user_version')
  if (blank && id === 0 && format === 0) {
    database.exec(`${schema} PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${version}`)
  } else if (id !== applicationId) {
    throw new HostError('memory.unavailable', `memory store \`${store}\`: \`${file}\` is another program's database`)
  } else if (format !== version) {
    const message = `memory store \`${store}\`: \`${file}\` has format ${format}, and this version of ecp reads ${version}`
    throw new HostError('memory.unavailable', message)
  }
  database.exec('COMMIT')
}

/** Who makes the file at the same time may hold it just now: then it is the other one who changes it, or whoever opens it next. */
function useWal(database: Database): void {
  try {
    database.exec('PRAGMA journal_mode = WAL')
  } catch (cause) {
    if (resultCode(cause) !== busy) throw cause
  }
}

function number(database: Database, query: string): number {
  return Number(Object.values(database.prepare(query).get() ?? {})[0])
}

/** Not mkdir's `recursive`: under a folder that refuses with ENOENT (/proc) Node tries that for ever. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  mkdirSync(folder, { mode: 0o700 })
}
