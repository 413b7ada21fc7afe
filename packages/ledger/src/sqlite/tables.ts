import type { StatementSync } from 'node:sqlite'
import { canonical, ledgerChain } from '@ecp/protocol'
import type { Drawn } from '../accounting.ts'
import type { Faults } from '../verify/faults.ts'
import { actionKey, type Replay } from '../verify/replay.ts'
import type { Database } from './sqlite.ts'

/** Holds every entry in the history of the buckets against the one that the records ask for. */
export class DrawsCheck {
  readonly #database: Database
  readonly #faults: Faults
  readonly #id: StatementSync
  readonly #draw: StatementSync
  readonly #ids = new Map<string, unknown>()
  #expected = 0
  #run: string = ledgerChain
  #seq = 0

  constructor(database: Database, faults: Faults) {
    this.#database = database
    this.#faults = faults
    this.#id = reading(database, 'SELECT id FROM buckets WHERE name = ?')
    this.#draw = reading(database, 'SELECT amount, total FROM draws WHERE bucket = ? AND at = ? AND n = ?')
  }

  /** Names the record that the next entries come from. */
  at(run: string, seq: number): void {
    this.#run = run
    this.#seq = seq
  }

  expect(bucket: string, { n, at, amount, total }: Drawn): void {
    this.#expected++
    let id = this.#ids.get(bucket)
    if (id === undefined) {
      id = this.#id.get(bucket)?.id
      this.#ids.set(bucket, id)
    }
    const found = typeof id === 'bigint' ? this.#draw.get(id, at, n) : undefined
    if (found?.amount === amount && found.total === total) return
    this.#faults.add(
      this.#run,
      this.#seq,
      'counter-changed',
      found
        ? `draw ${n} on \`${bucket}\` should be ${amount}, ${total} in all; it is ${String(found.amount)}, ${String(found.total)}`
        : `draw ${n} on \`${bucket}\` (${amount}) is missing`,
    )
  }

  end(): void {
    const found = count(this.#database, 'draws')
    if (found > this.#expected) {
      const message = `${found - this.#expected} draws on buckets come from no record`
      this.#faults.add(ledgerChain, 0, 'counter-changed', message)
    }
  }
}

/** Holds the tables that are read from records against what the records say. */
export function compareTables(database: Database, replay: Replay, faults: Faults): void {
  compareChains(database, replay, faults)
  compareBuckets(database, replay, faults)
  compareInFlight(database, replay, faults)
  compareApprovals(database, replay, faults)
  compareGrants(database, replay, faults)
}

function compareChains(database: Database, replay: Replay, faults: Faults): void {
  const rows = reading(
    database,
    'SELECT run, client, context, executor, started_at, ended_at, status, actions, denied FROM chains',
  )
  for (const row of rows.iterate()) {
    const run = String(row.run)
    const said = replay.runs.get(run)
    if (said === undefined) continue // an empty chain: its end was compared
    const odd = differing(row, {
      client: said.client,
      context: said.context,
      executor: said.executor,
      started_at: said.startedAt,
      ended_at: said.endedAt,
      status: said.status,
      actions: said.actions,
      denied: said.denied,
    })
    if (odd) faults.add(run, 0, 'index-changed', `the table of chains says otherwise than the records: ${odd}`)
  }
}

function compareBuckets(database: Database, replay: Replay, faults: Faults): void {
  const row = reading(database, 'SELECT draws, last_at, total, open, reserved, busy, since FROM buckets WHERE name = ?')
  for (const [name, { draws, lastAt, total, open, reserved, busy, since }] of replay.buckets) {
    const found = row.get(name)
    const odd = found
      ? differing(found, { draws, last_at: lastAt, total, open, reserved, busy, since })
      : 'it is missing'
    if (odd) faults.add(ledgerChain, 0, 'counter-changed', `bucket \`${name}\` says otherwise than the records: ${odd}`)
  }
  const more = count(database, 'buckets') - replay.buckets.size
  if (more > 0) faults.add(ledgerChain, 0, 'counter-changed', `${more} buckets come from no record`)
}

function compareInFlight(database: Database, replay: Replay, faults: Faults): void {
  const left = new Map(replay.inFlight)
  for (const row of reading(database, 'SELECT run, action, intended, since, held FROM in_flight').iterate()) {
    const run = String(row.run)
    const key = actionKey(run, String(row.action))
    const said = left.get(key)
    left.delete(key)
    const odd = said
      ? differing(row, { intended: said.intended ? 1 : 0, since: said.since, held: canonical(said.held) })
      : 'it is not'
    if (odd) faults.add(run, 0, 'index-changed', `action \`${String(row.action)}\` stands as in flight: ${odd}`)
  }
  for (const key of left.keys()) {
    const [run = '', action = ''] = key.split('\0')
    faults.add(run, 0, 'index-changed', `action \`${action}\` is in flight and does not stand as such`)
  }
}

function compareApprovals(database: Database, replay: Replay, faults: Faults): void {
  const left = new Map(replay.approvals)
  const columns = 'id, kind, state, run, executor, principal, digest, policy_digest, requested_at, value'
  for (const row of reading(database, `SELECT ${columns} FROM approvals`).iterate()) {
    const id = String(row.id)
    const said = left.get(id)
    left.delete(id)
    const odd = said
      ? differing(row, {
          kind: said.kind,
          state: said.state,
          run: said.run,
          executor: said.executor,
          principal: said.principal,
          digest: said.digest,
          policy_digest: said.policyDigest,
          requested_at: said.requestedAt,
          value: canonical(said),
        })
      : 'no record asks for it'
    if (odd) faults.add(ledgerChain, 0, 'index-changed', `approval \`${id}\` says otherwise than the records: ${odd}`)
  }
  for (const id of left.keys()) faults.add(ledgerChain, 0, 'index-changed', `approval \`${id}\` is missing`)
}

function compareGrants(database: Database, replay: Replay, faults: Faults): void {
  const left = new Map(replay.grants)
  const columns = 'id, state, target, executor, principal, policy_digest, run, until, offered_at, value'
  for (const row of reading(database, `SELECT ${columns} FROM grants`).iterate()) {
    const id = String(row.id)
    const said = left.get(id)
    left.delete(id)
    const odd = said
      ? differing(row, {
          state: said.state,
          target: said.terms.target,
          executor: said.terms.executor,
          principal: said.terms.principal,
          policy_digest: said.terms.policyDigest,
          run: said.terms.run ?? '',
          until: said.terms.until,
          offered_at: said.offeredAt,
          value: canonical(said),
        })
      : 'no record offers it'
    if (odd) faults.add(ledgerChain, 0, 'index-changed', `grant \`${id}\` says otherwise than the records: ${odd}`)
  }
  for (const id of left.keys()) faults.add(ledgerChain, 0, 'index-changed', `grant \`${id}\` is missing`)
}

/** A statement that takes any content: whole numbers beyond 2^53 would throw. */
function reading(database: Database, sql: string): StatementSync {
  const statement = database.prepare(sql)
  statement.setReadBigInts(true)
  return statement
}

function count(database: Database, table: 'draws' | 'buckets'): number {
  return Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n)
}

/** Names the columns that hold something else than they should; undefined when there are none. */
function differing(row: Record<string, unknown>, wanted: Record<string, unknown>): string | undefined {
  const odd = Object.entries(wanted).filter(([column, value]) => {
    const found = row[column]
    return typeof found === 'bigint' ? Number(found) !== value : found !== value
  })
  if (odd.length === 0) return undefined
  return odd.map(([column, value]) => `\`${column}\` is ${String(row[column])}, not ${String(value)}`).join(', ')
}
