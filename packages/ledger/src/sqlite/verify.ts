import { ledgerChain } from '@ecp/protocol'
import type { Drawn } from '../accounting.ts'
import { sha256 } from '../digest.ts'
import { LedgerError } from '../error.ts'
import type { Verification, VerifyOptions } from '../ledger.ts'
import { firstPrevious } from '../record.ts'
import { Chains, type FoundRow } from '../verify/chains.ts'
import { Contents } from '../verify/contents.ts'
import { Faults } from '../verify/faults.ts'
import { Replay } from '../verify/replay.ts'
import { Roster } from '../verify/roster.ts'
import { openReading } from './connection.ts'
import type { Database } from './sqlite.ts'
import { compareTables, DrawsCheck } from './tables.ts'

const columns = 'id, run, seq, at, kind, CAST(bytes AS BLOB) AS bytes, hash'

/**
 * Verifies the ledger in a file: one pass over the records in the order in which they were written, in one read
 * transaction. Throws only where the file cannot be opened at all (`ledger.unavailable`).
 */
export function verifyFile(file: string, options: VerifyOptions): Verification {
  const faults = new Faults()
  const verification = { records: 0, runs: 0, decisions: 0 }
  let database: Database | undefined
  try {
    database = openReading(file)
    database.exec('BEGIN')
    verifyDatabase(database, options, faults, verification)
  } catch (error) {
    if (error instanceof LedgerError && error.code === 'ledger.unavailable') throw error
    const message = error instanceof Error ? error.message : String(error)
    faults.add(ledgerChain, 0, 'bytes-changed', `the file cannot be read through: ${message}`)
  } finally {
    database?.close()
  }
  return { ...verification, faults: faults.list() }
}

function verifyDatabase(
  database: Database,
  options: VerifyOptions,
  faults: Faults,
  verification: { records: number; runs: number; decisions: number },
): void {
  const only = options.run
  const blob = database.prepare('SELECT CAST(text AS BLOB) AS text FROM blobs WHERE digest = ?')
  const chains = new Chains(faults)
  const roster = new Roster(faults)
  const contents = new Contents(
    faults,
    (digest) => {
      const found = blob.get(digest)?.text
      return found instanceof Uint8Array ? found : undefined
    },
    options,
  )
  // Kept apart: where a record is wrong, everything that is derived from it looks wrong too.
  const derived = new Faults()
  const draws = new DrawsCheck(database, derived)
  const replay = new Replay(faults, (bucket, drawn: Drawn) => {
    if (only === undefined) draws.expect(bucket, drawn)
  })

  let lastId = 0
  for (const { id, ...row } of rows(database, only)) {
    verification.records++
    if (only === undefined && id !== lastId + 1) {
      derived.add(ledgerChain, 0, 'record-missing', `row ${lastId + 1} of the table of records is missing`)
    }
    lastId = id
    const before = chains.followed.get(row.run)
    const head = { seq: before?.seq ?? 0, hash: before?.computed ?? firstPrevious }
    const sound = chains.follow(row)
    if (sound === undefined) continue
    try {
      roster.take(sound.record)
      contents.take(sound, head)
      draws.at(row.run, row.seq)
      replay.take(sound.record)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      faults.add(row.run, row.seq, 'bytes-changed', `the record is not one of its kind: ${message}`)
    }
  }
  verification.decisions = contents.decisions
  verification.runs = [...chains.followed.keys()].filter((run) => run !== ledgerChain).length

  const ends = heads(database, only)
  for (const run of new Set([...ends.keys(), ...chains.followed.keys()])) chains.end(run, ends.get(run))
  roster.compare(chains, only)
  if (faults.none) for (const { run, seq, code, message } of replay.grantFaults) faults.add(run, seq, code, message)
  if (only !== undefined) return

  verifyBlobs(database, contents, faults)
  for (const row of database.prepare('PRAGMA integrity_check(10)').all()) {
    const said = String(Object.values(row)[0])
    if (said !== 'ok') faults.add(ledgerChain, 0, 'bytes-changed', `the file is damaged: ${said}`)
  }
  if (!faults.none) return
  compareTables(database, replay, derived)
  draws.end()
  for (const { run, seq, code, message } of derived.list()) faults.add(run, seq, code, message)
}

function* rows(database: Database, only: string | undefined): Generator<FoundRow & { id: number }> {
  const statement =
    only === undefined
      ? database.prepare(`SELECT ${columns} FROM records ORDER BY id`)
      : database.prepare(`SELECT ${columns} FROM records WHERE run IN ('', ?) ORDER BY run, seq`)
  // Whole numbers beyond 2^53 would throw.
  statement.setReadBigInts(true)
  for (const row of only === undefined ? statement.iterate() : statement.iterate(only)) {
    const { id, run, seq, at, kind, bytes, hash } = row
    yield { id: whole(id), run: String(run), seq: whole(seq), at: whole(at), kind, bytes, hash }
  }
}

/** What the table of chains says about their ends. */
function heads(database: Database, only: string | undefined): Map<string, { seq: unknown; hash: unknown }> {
  const statement = database.prepare(
    `SELECT run, seq, hash FROM chains ${only === undefined ? '' : "WHERE run IN ('', ?)"}`,
  )
  statement.setReadBigInts(true)
  const found = only === undefined ? statement.all() : statement.all(only)
  return new Map(found.map(({ run, seq, hash }) => [String(run), { seq: whole(seq), hash }]))
}

/** Those that no record names, too: what is stored under a digest has that digest. */
function verifyBlobs(database: Database, contents: Contents, faults: Faults): void {
  const statement = database.prepare('SELECT digest, CAST(text AS BLOB) AS text FROM blobs')
  for (const { digest, text } of statement.iterate()) {
    if (typeof digest === 'string' && contents.knows(digest)) continue
    if (!(text instanceof Uint8Array) || sha256(text) !== digest) {
      faults.add(ledgerChain, 0, 'blob-changed', `blob \`${String(digest)}\` has another content`)
    }
  }
}

function whole(value: unknown): number {
  const number = typeof value === 'bigint' ? Number(value) : Number.NaN
  return Number.isSafeInteger(number) ? number : Number.NaN
}
