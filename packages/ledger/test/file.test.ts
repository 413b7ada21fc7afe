import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Ledger, openSqliteLedger, realTimers, type SqliteLedgerOptions } from '../src/index.ts'
import { texts } from '../src/sqlite/statements.ts'
import { temporaryFolder } from './folder.ts'
import { asked, done, run } from './samples.ts'

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)

function open(options: SqliteLedgerOptions): Ledger {
  const ledger = openSqliteLedger(options)
  onTestFinished(() => ledger.close())
  return ledger
}

/** Changes the file with SQL, as somebody with an editor for SQLite would. */
function edit(file: string, ...statements: string[]): void {
  const database = new DatabaseSync(file)
  for (const statement of statements) database.exec(statement)
  database.close()
}

describe('the file', () => {
  test('and all that is beside it is for its owner only', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'a', 'b', 'ledger.db')
    const ledger = open({ file })
    await ledger.openRun(run('a'))
    await ledger.checkpoint(1_001)
    expect(mode(join(folder, 'a'))).toBe('700')
    expect(mode(join(folder, 'a', 'b'))).toBe('700')
    const files = readdirSync(join(folder, 'a', 'b')).sort()
    expect(files).toEqual(['ledger.db', 'ledger.db-shm', 'ledger.db-wal', 'ledger.db.key'])
    for (const name of files) expect([name, mode(join(folder, 'a', 'b', name))]).toEqual([name, '600'])
  })

  test('is closed to others when they could read it', async () => {
    const file = join(temporaryFolder(), 'ledger.db')
    openSqliteLedger({ file }).close()
    chmodSync(file, 0o644)
    open({ file })
    expect(mode(file)).toBe('600')
  })

  test('is in WAL mode', () => {
    const file = join(temporaryFolder(), 'ledger.db')
    openSqliteLedger({ file }).close()
    const database = new DatabaseSync(file)
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
    database.close()
  })

  test('opening says nothing on stderr', () => {
    const file = join(temporaryFolder(), 'ledger.db')
    const code = `import('@ecp/ledger').then(({ openSqliteLedger }) => openSqliteLedger({ file: ${JSON.stringify(file)} }).close())`
    const child = spawnSync(process.execPath, ['--conditions=ecp-source', '-e', code], {
      encoding: 'utf8',
      cwd: import.meta.dirname,
    })
    expect(child).toMatchObject({ status: 0, stdout: '', stderr: '' })
  })
})

test('the runs of one client are found by an index, whatever the others have', () => {
  const file = join(temporaryFolder(), 'ledger.db')
  openSqliteLedger({ file }).close()
  const database = new DatabaseSync(file)
  const plan = database.prepare(`EXPLAIN QUERY PLAN ${texts.runsOf}`).all({
    client: 'c',
    principal: 'p',
    status: null,
    after: null,
    limit: 1,
  })
  database.close()
  const steps = plan.map(({ detail }) => String(detail))
  expect(steps).toContainEqual(expect.stringContaining('c USING INDEX clients (client=?'))
  expect(steps.join()).not.toContain('TEMP B-TREE')
})

describe('a file that is not a ledger is refused and left as it was', () => {
  const cases: [name: string, code: string, make: (file: string) => void][] = [
    ['text', 'ledger.damaged', (file) => writeFileSync(file, 'hello, I am a diary'.repeat(100))],
    ['a few bytes', 'ledger.damaged', (file) => writeFileSync(file, 'hi')],
    ["another program's database", 'ledger.damaged', (file) => edit(file, 'CREATE TABLE diary (day TEXT)')],
    [
      'a ledger of another format',
      'ledger.version',
      (file) => {
        openSqliteLedger({ file }).close()
        edit(file, 'PRAGMA user_version = 99')
      },
    ],
    [
      'a ledger with a trigger',
      'ledger.damaged',
      (file) => {
        openSqliteLedger({ file }).close()
        edit(file, 'CREATE TRIGGER refill AFTER UPDATE ON buckets BEGIN UPDATE buckets SET total = 0; END')
      },
    ],
    [
      'a ledger without one of its tables',
      'ledger.damaged',
      (file) => {
        openSqliteLedger({ file }).close()
        edit(file, 'DROP TABLE draws')
      },
    ],
    [
      'a ledger with its middle overwritten',
      'ledger.damaged',
      (file) => {
        openSqliteLedger({ file }).close()
        const bytes = readFileSync(file)
        bytes.fill(0xee, 100, 3_000)
        writeFileSync(file, bytes)
      },
    ],
  ]
  for (const [name, code, make] of cases) {
    test(name, () => {
      const file = join(temporaryFolder(), 'ledger.db')
      make(file)
      const before = readFileSync(file)
      expect(() => openSqliteLedger({ file })).toThrow(expect.objectContaining({ code }))
      expect(() => openSqliteLedger({ file, readOnly: true })).toThrow(expect.objectContaining({ code }))
      expect(readFileSync(file).equals(before)).toBe(true)
    })
  }

  test('a folder', () => {
    const file = join(temporaryFolder(), 'ledger.db')
    mkdirSync(file)
    expect(() => openSqliteLedger({ file })).toThrow(expect.objectContaining({ code: 'ledger.damaged' }))
  })

  test('a place where no file can be', () => {
    expect(() => openSqliteLedger({ file: '/proc/nowhere/ledger.db' })).toThrow(
      expect.objectContaining({ code: 'ledger.unavailable' }),
    )
  })
})

describe('what goes wrong while it is open', () => {
  test('removed: nothing is decided; put back: it goes on', async () => {
    const file = join(temporaryFolder(), 'ledger.db')
    const ledger = open({ file })
    await ledger.openRun(run('a'))
    renameSync(file, `${file}.away`)
    await expect(ledger.decide(asked('a', '1'))).rejects.toMatchObject({ code: 'ledger.unavailable' })
    writeFileSync(file, '')
    await expect(ledger.decide(asked('a', '2'))).rejects.toMatchObject({ code: 'ledger.unavailable' })
    renameSync(`${file}.away`, file)
    await ledger.decide(asked('a', '3'))
    expect(ledger.verify()).toMatchObject({ records: 3, faults: [] })
  })

  test('its log removed: nothing is decided', async () => {
    const file = join(temporaryFolder(), 'ledger.db')
    const ledger = open({ file })
    await ledger.openRun(run('a'))
    await ledger.append('a', 1_001, 'plan.made', {})
    unlinkSync(`${file}-wal`)
    await expect(ledger.decide(asked('a', '1'))).rejects.toMatchObject({ code: 'ledger.unavailable' })
  })

  test('held by another process: it waits without blocking, then says so, then goes on', async () => {
    const file = join(temporaryFolder(), 'ledger.db')
    let waits = 0
    let release: () => void = () => {}
    const waited = new Promise<void>((resolve) => {
      release = resolve
    })
    const ledger = open({
      file,
      timers: {
        ...realTimers,
        jitter: () => 1,
        after(_milliseconds, call) {
          if (++waits === 3) release()
          setImmediate(call)
        },
      },
    })
    await ledger.openRun(run('a'))
    const other = new DatabaseSync(file)
    other.exec('BEGIN IMMEDIATE')
    const first = ledger.decide(asked('a', '1'))
    await waited
    other.exec('ROLLBACK')
    await first
    other.exec('BEGIN IMMEDIATE')
    await expect(ledger.decide(asked('a', '2'))).rejects.toMatchObject({ code: 'ledger.busy' })
    expect(waits).toBeGreaterThan(150)
    other.exec('ROLLBACK')
    other.close()
    await ledger.decide(asked('a', '3'))
    expect(ledger.verify()).toMatchObject({ records: 4, faults: [] })
  })

  test('damaged under way: nothing is decided, verify says so', async () => {
    const folder = temporaryFolder()
    const ledger = openSqliteLedger({ file: join(folder, 'a.db') })
    await ledger.openRun(run('a'))
    for (let index = 0; index < 50; index++) await ledger.append('a', 1_001, 'plan.made', { text: 'x'.repeat(500) })
    ledger.close()
    const bytes = readFileSync(join(folder, 'a.db'))
    const database = new DatabaseSync(join(folder, 'a.db'))
    for (const { pgoffset, pgsize } of database.prepare(`SELECT * FROM dbstat WHERE name = 'records'`).all()) {
      bytes.fill(0xa5, Number(pgoffset), Number(pgoffset) + Number(pgsize))
    }
    database.close()
    const damaged = join(folder, 'b.db')
    writeFileSync(damaged, bytes)
    const opened = open({ file: damaged })
    await expect(opened.decide(asked('a', '1'))).rejects.toMatchObject({ code: 'ledger.damaged' })
    expect(opened.verify().faults.length).toBeGreaterThan(0)
    expect(() => opened.runs()).toThrow(expect.objectContaining({ code: 'ledger.damaged' }))
  })
})

describe('for reading only', () => {
  test('reads and verifies beside a writer, and writes nothing', async () => {
    const file = join(temporaryFolder(), 'ledger.db')
    const writer = open({ file })
    await writer.openRun(run('a'))
    const reader = open({ file, readOnly: true })
    const holder = new DatabaseSync(file)
    holder.exec('BEGIN IMMEDIATE')
    expect(reader.runs()).toHaveLength(1)
    expect(reader.verify()).toMatchObject({ records: 2, faults: [] })
    holder.close()
    await expect(reader.append('a', 1, 'plan.made', {})).rejects.toMatchObject({ code: 'ledger.unavailable' })
    await writer.append('a', 1_001, 'plan.made', {})
    expect([...reader.records('a')]).toHaveLength(2)
  })

  test('a copy alone, in a folder where nothing can be written', async () => {
    const folder = temporaryFolder()
    const writer = openSqliteLedger({ file: join(folder, 'ledger.db') })
    await writer.openRun(run('a'))
    await writer.decide(asked('a', '1'))
    await writer.finish(done('a', '1'))
    writer.close()
    const copy = join(folder, 'copy', 'ledger.db')
    mkdirSync(join(folder, 'copy'))
    copyFileSync(join(folder, 'ledger.db'), copy)
    chmodSync(copy, 0o400)
    chmodSync(join(folder, 'copy'), 0o500)
    const reader = open({ file: copy, readOnly: true })
    expect(reader.verify()).toMatchObject({ records: 4, faults: [] })
    chmodSync(join(folder, 'copy'), 0o700)
  })

  test('there must be one', () => {
    const file = join(temporaryFolder(), 'ledger.db')
    expect(() => openSqliteLedger({ file, readOnly: true })).toThrow(
      expect.objectContaining({ code: 'ledger.unavailable' }),
    )
    expect(readdirSync(join(file, '..'))).toEqual([])
  })
})

test('the summaries of many runs are found by indexes, each by itself', async () => {
  const file = join(temporaryFolder(), 'ledger.db')
  const ledger = open({ file })
  await Promise.all(Array.from({ length: 1_000 }, (_, index) => ledger.openRun(run(`run-${index}`, index))))
  expect(ledger.runs()).toHaveLength(1_000)
  const database = new DatabaseSync(file, { readOnly: true })
  const steps = database.prepare(`EXPLAIN QUERY PLAN ${texts.runs}`).all()
  database.close()
  const plan = steps.map(({ detail }) => String(detail))
  expect(plan).toContainEqual(expect.stringMatching(/^SEARCH r USING INDEX .*run=\? AND seq=\?/))
  expect(plan.filter((step) => /^SCAN |TEMP B-TREE/.test(step))).toEqual([])
})
