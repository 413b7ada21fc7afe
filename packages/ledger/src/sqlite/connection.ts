import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { LedgerError } from '../error.ts'
import { applicationId, schema, schemaVersion } from './schema.ts'
import { busy, type Database, ledgerError, resultCode, sqlite } from './sqlite.ts'

/** How long SQLite may block the event loop for another process, in milliseconds: a few transactions. */
export const blockingMs = 5
/** Opening happens once and may wait: several processes may be making the file at the same time. */
const openingMs = 2_000

/**
 * Opens the ledger at `file` for writing, making it (mode 0600, its folders 0700) when it is not there. Throws
 * `ledger.damaged` for a file that is something else, `ledger.version` for another format; such a file is not touched.
 */
export function openWriting(file: string): Database {
  return guarded(file, () => {
    makeFolder(dirname(file))
    const there = statSync(file, { throwIfNoEntry: false })
    if (there === undefined) create(file)
    else mustBeDatabase(file, there)
    const { DatabaseSync } = sqlite()
    const database = new DatabaseSync(file, { timeout: openingMs, enableForeignKeyConstraints: false, defensive: true })
    return guardedDatabase(database, () => {
      harden(database)
      if (isBlank(database)) initialise(database)
      mustBeLedger(database, file)
      useWal(database)
      if (there !== undefined && (there.mode & 0o077) !== 0) chmodSync(file, 0o600)
      database.exec(
        `PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 2000; PRAGMA busy_timeout = ${blockingMs}`,
      )
    })
  })
}

/** Opens the ledger at `file` for reading only, also in a folder that cannot be written. Takes no write lock. */
export function openReading(file: string): Database {
  return guarded(file, () => {
    const there = statSync(file, { throwIfNoEntry: false })
    if (there === undefined) throw new LedgerError('ledger.unavailable', `no ledger at \`${file}\``)
    mustBeDatabase(file, there)
    const { DatabaseSync } = sqlite()
    const open = (location: string | URL) => {
      const database = new DatabaseSync(location, { readOnly: true, timeout: openingMs, defensive: true })
      return guardedDatabase(database, () => {
        harden(database)
        mustBeLedger(database, file)
      })
    }
    try {
      return open(file)
    } catch (error) {
      const cannotOpen = error instanceof LedgerError ? undefined : resultCode(error)
      if (cannotOpen === undefined || cannotOpen === busy || existsSync(`${file}-wal`)) throw error
      // WAL needs a shared-memory file beside the ledger; where none can be made, nobody writes either.
      const url = pathToFileURL(file)
      url.searchParams.set('immutable', '1')
      return open(url)
    }
  })
}

function guarded<T>(file: string, open: () => T): T {
  try {
    return open()
  } catch (error) {
    throw ledgerError(error, file)
  }
}

function guardedDatabase(database: Database, prepare: () => void): Database {
  try {
    prepare()
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function create(file: string): void {
  unlessThere(() => closeSync(openSync(file, 'wx', 0o600)))
}

/** Not mkdir's `recursive`: under a folder that refuses with ENOENT (/proc) Node tries that for ever. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  unlessThere(() => mkdirSync(folder, { mode: 0o700 }))
}

/** Another process may have been first. */
function unlessThere(make: () => void): void {
  try {
    make()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

/** SQLite would take an unreadable header for an empty file when the file is short: look before it is opened. */
function mustBeDatabase(file: string, stats: Stats): void {
  if (!stats.isFile()) throw new LedgerError('ledger.damaged', `\`${file}\` is not a file`)
  if (stats.size === 0) return
  const header = Buffer.alloc(16)
  const descriptor = openSync(file, 'r')
  try {
    readSync(descriptor, header, 0, 16, 0)
  } finally {
    closeSync(descriptor)
  }
  if (header.toString('latin1') !== 'SQLite format 3\0') {
    throw new LedgerError('ledger.damaged', `\`${file}\` is not a ledger: its header is not SQLite's`)
  }
}

function harden(database: Database): void {
  database.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA recursive_triggers = OFF')
}

const pragma = (database: Database, name: string): unknown =>
  Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]

function isBlank(database: Database): boolean {
  const objects = database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.n
  return objects === 0 && pragma(database, 'application_id') === 0 && pragma(database, 'user_version') === 0
}

function initialise(database: Database): void {
  // A decision changes a dozen pages a little, and a commit writes whole pages: half of SQLite's usual size is quicker.
  database.exec('PRAGMA page_size = 2048')
  database.exec('BEGIN IMMEDIATE')
  if (!isBlank(database)) {
    // Another process was first.
    database.exec('ROLLBACK')
    return
  }
  for (const statement of schema) database.exec(statement)
  database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}; COMMIT`)
}

/** The schema must be ours to the letter: a trigger or view that somebody added would run inside our transactions. */
function mustBeLedger(database: Database, file: string): void {
  const id = pragma(database, 'application_id')
  if (id !== applicationId) {
    throw new LedgerError('ledger.damaged', `\`${file}\` is not a ledger: its application id is \`${String(id)}\``)
  }
  const version = pragma(database, 'user_version')
  if (version !== schemaVersion) {
    throw new LedgerError(
      'ledger.version',
      `\`${file}\` has format \`${String(version)}\`; this ecp reads format \`${schemaVersion}\``,
    )
  }
  const found = database
    .prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL')
    .all()
    .map((row) => row.sql)
  const odd = found.filter((sql) => typeof sql !== 'string' || !schema.includes(sql))
  if (odd.length > 0 || found.length !== schema.length) {
    throw new LedgerError('ledger.damaged', `\`${file}\` has tables, views or triggers that no ledger has`)
  }
}

/** Changing to WAL needs the file alone for a moment, and SQLite does not always wait for it. */
function useWal(database: Database): void {
  const pause = new Int32Array(new SharedArrayBuffer(4))
  for (let attempt = 1; ; attempt++) {
    try {
      if (pragma(database, 'journal_mode = WAL') === 'wal') return
    } catch (error) {
      if (resultCode(error) !== busy || attempt === 100) throw error
    }
    if (attempt === 100) throw new LedgerError('ledger.unavailable', 'the file system of the ledger does not allow WAL')
    Atomics.wait(pause, 0, 0, 10)
  }
}
