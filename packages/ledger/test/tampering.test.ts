import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { canonical, type LedgerRecord } from '@ecp/protocol'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Fault, LedgerError, openSqliteLedger, sha256 } from '../src/index.ts'
import { temporaryFolder } from './folder.ts'
import { given, granted, offered } from './grant-samples.ts'
import { asked, done, run } from './samples.ts'

const seeds = [20261122, Math.floor(Math.random() * 2 ** 31)]

/** A ledger with something of everything, closed. */
async function filled(file: string): Promise<void> {
  const ledger = openSqliteLedger({ file })
  const draws = [
    { kind: 'count', bucket: 'calls', amount: 1 },
    { kind: 'reserve', bucket: 'usd', amount: 0.3 },
    { kind: 'busy', bucket: 'busy', amount: 0 },
  ] as const
  for (const id of ['a', 'b', 'c']) {
    await ledger.openRun(run(id))
    for (const index of [0, 1, 2, 3]) {
      const action = `${id}${index}`
      const effect = index === 3 ? 'deny' : 'allow'
      await ledger.decide(asked(id, action, { at: 2_000 + index * 10, draws, effect, write: index === 1 }))
      if (index < 2) {
        const blob = { digest: sha256(action), text: action }
        await ledger.finish(done(id, action, { at: 2_005 + index * 10, blob }))
      }
    }
    await ledger.append(id, 3_000, 'executor.finished', { name: 'assistant' })
  }
  const text = '{"description":"reads"}'
  const pin = { tool: 'files:read', definition: sha256(text), source: 'first-use' } as const
  await ledger.append('', 3_000, 'tool.pinned', pin, new Map([[pin.definition, text]]))
  await ledger.freeze(3_001, 'mira')
  await ledger.checkpoint(3_002)
  await ledger.endRun('c', 3_003, 'completed')
  await ledger.offerGrant(3_004, offered('g', { uses: 3 }), given('g'))
  await ledger.offerGrant(3_005, offered('h', { until: 100_000 }, 2), given('h'))
  await ledger.decide(granted('a', 'a4', { at: 3_006 }))
  await ledger.decide(granted('a', 'a5', { at: 3_007 }))
  await ledger.revokeGrant(3_008, { grant: 'h', by: 'mira' })
  ledger.close()
}

let original: string
let copies = 0
beforeAll(async () => {
  original = join(mkdtempSync(join(tmpdir(), 'ecp-ledger-')), 'ledger.db')
  await filled(original)
})
afterAll(() => rmSync(dirname(original), { recursive: true }))

/** What verify finds in a copy that was changed. Nothing of it may throw. */
function faultsAfter(folder: string, change: (database: DatabaseSync) => void): readonly Fault[] {
  const file = join(folder, `${copies++}.db`)
  copyFileSync(original, file)
  const database = new DatabaseSync(file)
  change(database)
  database.close()
  const ledger = openSqliteLedger({ file, readOnly: true })
  try {
    return ledger.verify().faults
  } finally {
    ledger.close()
  }
}

interface Row {
  readonly id: number
  readonly run: string
  readonly seq: number
  readonly bytes: string
}
function rowsOf(file: string): readonly Row[] {
  const database = new DatabaseSync(file, { readOnly: true })
  const rows = database.prepare('SELECT id, run, seq, bytes FROM records ORDER BY id').all()
  database.close()
  return rows as unknown as Row[] // reason: these are the columns and types of the table
}

/** Writes the records of a chain anew from the one given on, so that their hashes fit, as a forger would. */
function rechain(database: DatabaseSync, chain: string): string {
  let previous = '0'.repeat(64)
  const rows = database.prepare('SELECT id, bytes FROM records WHERE run = ? ORDER BY seq').all(chain)
  for (const { id = null, bytes } of rows) {
    const text = canonical({ ...JSON.parse(String(bytes)), previous })
    previous = sha256(text)
    database.prepare('UPDATE records SET bytes = ?, hash = ? WHERE id = ?').run(text, previous, id)
  }
  database.prepare('UPDATE chains SET hash = ? WHERE run = ?').run(previous, chain)
  return previous
}

/** Edits one record, and makes its chain fit again. */
function forge(database: DatabaseSync, chain: string, seq: number, edit: (record: LedgerRecord) => unknown): void {
  const row = database.prepare('SELECT bytes FROM records WHERE run = ? AND seq = ?').get(chain, seq)
  const forged = edit(JSON.parse(String(row?.bytes)) as LedgerRecord) // reason: the bytes of a record
  database.prepare('UPDATE records SET bytes = ? WHERE run = ? AND seq = ?').run(canonical(forged), chain, seq)
  rechain(database, chain)
}

/** Edits a grant in the table of grants, and nothing else. */
function editGrant(database: DatabaseSync, id: string, over: object): void {
  const { value } = database.prepare('SELECT value FROM grants WHERE id = ?').get(id) ?? {}
  const changed = { ...JSON.parse(String(value)), ...over }
  database.prepare('UPDATE grants SET state = ?, value = ? WHERE id = ?').run(changed.state, canonical(changed), id)
}

test('untouched, nothing is found', () => {
  expect(faultsAfter(temporaryFolder(), () => {})).toEqual([])
})

describe.each(seeds)('seed %i', (seed) => {
  const rows = fc.nat()
  const pick = (n: number) => {
    const all = rowsOf(original)
    const row = all[n % all.length]
    if (row === undefined) throw new RangeError('no rows')
    return row
  }

  test('any edit of one byte of a record is found, and the record is named', () => {
    const folder = temporaryFolder()
    fc.assert(
      fc.property(rows, fc.nat(), fc.integer({ min: 1, max: 255 }), (n, place, change) => {
        const { id, run: chain, seq, bytes } = pick(n)
        const edited = Buffer.from(bytes)
        const at = place % edited.length
        edited[at] = (edited[at] ?? 0) ^ change
        const faults = faultsAfter(folder, (database) =>
          database.prepare('UPDATE records SET bytes = CAST(? AS TEXT) WHERE id = ?').run(edited, id),
        )
        expect(faults[0]).toMatchObject({ run: chain, seq, code: 'bytes-changed' })
      }),
      { seed, numRuns: 80 },
    )
  })

  test('any change of a hash is found', () => {
    const folder = temporaryFolder()
    fc.assert(
      fc.property(rows, fc.nat({ max: 63 }), (n, place) => {
        const { id, run: chain, seq } = pick(n)
        const faults = faultsAfter(folder, (database) =>
          database
            .prepare(
              `UPDATE records SET hash = substr(hash, 1, ?) || CASE substr(hash, ?, 1) WHEN '0' THEN '1' ELSE '0' END
               || substr(hash, ?) WHERE id = ?`,
            )
            .run(place, place + 1, place + 2, id),
        )
        expect(faults[0]).toMatchObject({ run: chain, seq })
      }),
      { seed, numRuns: 30 },
    )
  })

  test('any dropped, moved or doubled record is found', () => {
    const folder = temporaryFolder()
    fc.assert(
      fc.property(rows, rows, fc.constantFrom('drop', 'move', 'swap', 'swap contents', 'double'), (n, m, what) => {
        const [one, other] = [pick(n), pick(m)]
        fc.pre(one.id !== other.id)
        const faults = faultsAfter(folder, (database) => {
          const set = (sql: string, ...values: (number | string)[]) => database.prepare(sql).run(...values)
          if (what === 'drop') set('DELETE FROM records WHERE id = ?', one.id)
          if (what === 'move') set('UPDATE records SET id = 10000 WHERE id = ?', one.id)
          if (what === 'swap') {
            set('UPDATE records SET id = -1 WHERE id = ?', one.id)
            set('UPDATE records SET id = ? WHERE id = ?', one.id, other.id)
            set('UPDATE records SET id = ? WHERE id = -1', other.id)
          }
          if (what === 'swap contents') {
            set(
              `UPDATE records SET (bytes, hash) = (SELECT bytes, hash FROM records r
                WHERE r.id = CASE records.id WHEN ?1 THEN ?2 ELSE ?1 END) WHERE id IN (?1, ?2)`,
              one.id,
              other.id,
            )
          }
          if (what === 'double') {
            set(
              `INSERT INTO records (run, seq, at, kind, bytes, hash)
                SELECT run, seq + 1000, at, kind, bytes, hash FROM records WHERE id = ?`,
              one.id,
            )
          }
        })
        // Two records of different runs may be exchanged in the table: neither chain says which was written first.
        if (what === 'swap' && one.run !== other.run) return
        expect(faults.length).toBeGreaterThan(0)
      }),
      { seed, numRuns: 80 },
    )
  })

  test('whatever bytes the file holds, opening refuses it or verify answers', () => {
    const folder = temporaryFolder()
    const bytes = readFileSync(original)
    const edits = fc.array(fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 40,
    })
    fc.assert(
      fc.property(edits, (changes) => {
        const file = join(folder, `${copies++}.db`)
        const edited = Buffer.from(bytes)
        for (const [at, value] of changes) edited[at] = value
        writeFileSync(file, edited)
        try {
          const ledger = openSqliteLedger({ file, readOnly: true })
          try {
            ledger.verify()
          } finally {
            ledger.close()
          }
        } catch (error) {
          expect(error).toBeInstanceOf(LedgerError)
        }
      }),
      { seed, numRuns: 100 },
    )
  })

  test('any changed column of any table is found', () => {
    const folder = temporaryFolder()
    const database = new DatabaseSync(original, { readOnly: true })
    const columns = database
      .prepare(
        `SELECT s.name AS "table", c.name AS "column", c.type FROM sqlite_schema s, pragma_table_info(s.name) c
         WHERE s.type = 'table'`,
      )
      .all()
      .map(({ table, column, type }) => ({ table: String(table), column: String(column), type: String(type) }))
      // Whose process an action in flight belongs to is not on record.
      .filter(({ table, column }) => !(table === 'in_flight' && column === 'owner'))
    database.close()
    fc.assert(
      fc.property(fc.constantFrom(...columns), fc.nat(), ({ table, column, type }, n) => {
        let changed = false
        const faults = faultsAfter(folder, (copy) => {
          const found = copy.prepare(`SELECT * FROM "${table}"`).all()
          const row = found[n % found.length]
          if (row === undefined) return
          const same = Object.keys(row).map((name) => `"${name}" IS ?`)
          const value = row[column]
          const other =
            type === 'TEXT' ? `${String(value ?? '')}x` : typeof value === 'number' ? value + 1_000_001 : 1_000_001
          const { changes } = copy
            .prepare(`UPDATE "${table}" SET "${column}" = ? WHERE ${same.join(' AND ')}`)
            .run(other, ...Object.values(row))
          changed = Number(changes) > 0
        })
        if (changed) expect([table, column, faults.length > 0]).toEqual([table, column, true])
      }),
      { seed, numRuns: 120 },
    )
  })
})

describe('what a forger would do', () => {
  const cases: [name: string, change: (database: DatabaseSync) => void, fault: Partial<Fault>][] = [
    [
      'refill a budget in the table of buckets',
      (database) => database.exec(`UPDATE buckets SET total = 0 WHERE name = 'calls'`),
      { code: 'counter-changed' },
    ],
    [
      'shorten the history of a bucket',
      (database) => database.exec('DELETE FROM draws WHERE bucket = 1 AND n = 2'),
      { code: 'counter-changed', run: 'a' },
    ],
    [
      'let an action look finished',
      (database) => database.exec(`DELETE FROM in_flight WHERE action = 'a2'`),
      { code: 'index-changed', run: 'a' },
    ],
    [
      'remove a run and everything about it',
      (database) => {
        for (const table of ['records', 'chains', 'in_flight']) {
          database.exec(`DELETE FROM ${table} WHERE run = 'b'`)
        }
      },
      { code: 'run-missing', run: 'b' },
    ],
    [
      'remove the last record of a run and move its end',
      (database) => {
        database.exec(`DELETE FROM records WHERE run = 'c' AND kind = 'run.ended'`)
        database.exec(`UPDATE chains SET seq = seq - 1,
          hash = (SELECT hash FROM records r WHERE r.run = 'c' ORDER BY seq DESC LIMIT 1) WHERE run = 'c'`)
      },
      { code: 'chain-broken', run: 'c' },
    ],
    [
      'rewrite an ended run from a record on, with hashes that fit',
      (database) =>
        forge(database, 'c', 4, (record) => ({ ...record, body: { ...record.body, outcome: { status: 'failed' } } })),
      { code: 'chain-broken', run: 'c' },
    ],
    [
      'rewrite what an action was, with hashes that fit',
      (database) =>
        forge(database, 'a', 2, (record) => {
          if (record.kind !== 'action.decided') throw new RangeError(record.kind)
          return { ...record, body: { ...record.body, action: { ...record.body.action, target: 'files:delete' } } }
        }),
      { code: 'action-changed', run: 'a', seq: 2 },
    ],
    [
      'rewrite the ledger chain under a checkpoint, with hashes that fit',
      (database) => forge(database, '', 5, (record) => ({ ...record, body: { by: 'nobody' } })),
      { code: 'signature-wrong', run: '' },
    ],
    [
      'make a record that is none, with hashes that fit',
      (database) => forge(database, 'a', 2, (record) => ({ ...record, body: null })),
      { code: 'bytes-changed', run: 'a', seq: 2 },
    ],
    [
      'change a blob',
      (database) => database.exec(`UPDATE blobs SET text = text || ' ' WHERE digest = (SELECT max(digest) FROM blobs)`),
      { code: 'blob-changed' },
    ],
    ['remove the blobs', (database) => database.exec('DELETE FROM blobs'), { code: 'blob-missing', run: 'a', seq: 1 }],
    [
      'let a grant look unused in the table of grants',
      (database) => editGrant(database, 'g', { used: 0 }),
      { code: 'index-changed', run: '' },
    ],
    [
      'let a revoked grant stand in the table of grants',
      (database) => editGrant(database, 'h', { state: 'given' }),
      { code: 'index-changed', run: '' },
    ],
    [
      'write a grant by hand into the table of grants',
      (database) =>
        database.exec(`INSERT INTO grants SELECT 'x', state, target, executor, principal, policy_digest, run, until,
          offered_at, replace(value, '"grant":"g"', '"grant":"x"') FROM grants WHERE id = 'g'`),
      { code: 'index-changed', run: '' },
    ],
    [
      'take a use of a grant out of the ledger chain, with hashes that fit',
      (database) => {
        database.exec(`DELETE FROM records WHERE id = (SELECT min(id) FROM records WHERE kind = 'grant.used')`)
        database.exec(`UPDATE records SET seq = seq - 1, bytes = json_set(bytes, '$.seq', seq - 1)
          WHERE run = '' AND id > (SELECT max(id) FROM records WHERE kind = 'grant.given')`)
        database.exec(`UPDATE chains SET seq = seq - 1 WHERE run = ''`)
        rechain(database, '')
      },
      { code: 'record-missing', run: 'a' },
    ],
    [
      'rewrite the terms of a grant that was used, with hashes that fit',
      (database) => {
        const row = database.prepare(`SELECT seq FROM records WHERE kind = 'grant.offered' ORDER BY id`).get()
        forge(database, '', Number(row?.seq), (record) => {
          if (record.kind !== 'grant.offered') throw new RangeError(record.kind)
          const terms = { ...record.body.terms, uses: 1_000 }
          return { ...record, body: { ...record.body, terms } }
        })
      },
      { code: 'record-inserted', run: 'a' },
    ],
    [
      'write a grant into the chain of a run',
      (database) => {
        database.exec(`UPDATE records SET kind = 'grant.given' WHERE run = 'b' AND seq = 6`)
        forge(database, 'b', 6, (record) => ({ ...record, kind: 'grant.given', body: given('h', 'eve', 'new') }))
      },
      { code: 'record-inserted', run: 'b' },
    ],
    [
      'nest a record a hundred thousand deep, with hashes that fit',
      (database) => {
        let body: unknown = []
        for (let depth = 0; depth < 100_000; depth++) body = [body]
        forge(database, 'a', 2, (record) => ({ ...record, body }))
      },
      { code: 'bytes-changed', run: 'a', seq: 2 },
    ],
  ]
  for (const [name, change, fault] of cases) {
    test(name, () => {
      const faults = faultsAfter(temporaryFolder(), change)
      expect(faults).toEqual(expect.arrayContaining([expect.objectContaining(fault)]))
    })
  }
})
