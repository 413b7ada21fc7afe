import type { StatementSync } from 'node:sqlite'
import { type ApprovalKind, approvalKinds } from '@ecp/protocol'
import { named } from './schema.ts'
import type { Database } from './sqlite.ts'

const summaries = `SELECT c.run, c.started_at, c.ended_at, c.status, c.actions, c.denied, r.bytes,
    (SELECT count(*) FROM in_flight f WHERE f.run = c.run) AS in_flight
    FROM chains c JOIN records r ON r.run = c.run AND r.seq = 1`

const before = '(requested_at, rowid) < (:at, :place)'
// By their index: a page of one state and kind reads no more rows than it has.
const approvalsIn = (
  state: string,
  kind: ApprovalKind,
) => `SELECT requested_at, rowid AS place, value FROM approvals INDEXED BY waiting
    WHERE state = ${state} AND kind = '${kind}' AND (:kind IS NULL OR :kind = '${kind}') AND ${before}
    ORDER BY requested_at DESC, rowid DESC LIMIT :limit`
const firstOf = (...states: readonly string[]) => {
  const parts = states.flatMap((state) => approvalKinds.map((kind) => approvalsIn(state, kind)))
  return `SELECT value FROM (${parts.map((part) => `SELECT * FROM (${part})`).join(' UNION ALL ')})
    ORDER BY requested_at DESC, place DESC LIMIT :limit`
}

export const texts = {
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',
  full: 'PRAGMA synchronous = FULL',
  version: 'PRAGMA data_version',
  normal: 'PRAGMA synchronous = NORMAL',

  chain: 'SELECT seq, hash, started_at, ended_at, status, actions, denied FROM chains WHERE run = ?',
  recordAt: 'SELECT at FROM records WHERE run = ? AND seq = ?',
  // Whose run it is, or why it is nobody's.
  carrier: `SELECT bytes FROM records WHERE run = ? AND kind IN ('run.started', 'run.resumed', 'run.paused')
    ORDER BY seq DESC LIMIT 1`,
  outcome: `SELECT kind, bytes FROM records WHERE run = ?1 AND kind IN ('action.finished', 'action.settled')
    AND CASE WHEN instr(bytes, ?2) > 0 THEN json_extract(bytes, '$.body.action') = ?2 ELSE 0 END ORDER BY seq DESC LIMIT 1`,
  journal: `SELECT bytes FROM records WHERE run = ? AND kind IN ('run.started', 'run.resumed', 'run.paused', 'action.decided',
    'action.finished', 'action.settled', 'executor.started', 'executor.finished', 'mount.hydrated', 'plan.made') ORDER BY seq`,
  running: `SELECT run, started_at FROM chains WHERE client = ? AND context = ? AND executor = ? AND started_at >= ?
    AND ended_at IS NULL ORDER BY started_at DESC, rowid DESC LIMIT 1`,
  addChain: 'INSERT INTO chains (run, seq, hash, client, context, executor, started_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  setChain: 'UPDATE chains SET seq = ?, hash = ?, ended_at = ?, status = ?, actions = ?, denied = ? WHERE run = ?',
  addRecord: 'INSERT INTO records (run, seq, at, kind, bytes, hash) VALUES (?, ?, ?, ?, ?, ?)',
  records: 'SELECT bytes, hash FROM records WHERE run = ? AND seq >= ? ORDER BY seq LIMIT 64',
  ofKind: 'SELECT bytes FROM records WHERE run = ? AND kind = ? ORDER BY seq',
  pins: `SELECT bytes FROM records WHERE run = '' AND kind = 'tool.pinned' ORDER BY id`,

  blob: 'SELECT text FROM blobs WHERE digest = ?',
  addBlob: 'INSERT INTO blobs (digest, text) VALUES (?, ?) ON CONFLICT DO NOTHING',

  bucket: 'SELECT id, draws, last_at, total, open, reserved, busy, since FROM buckets WHERE name = ?',
  addBucket: `INSERT INTO buckets (name, draws, last_at, total, open, reserved, busy, since)
    VALUES (?, 0, 0, 0, 0, 0, 0, 0)`,
  setBucket: `UPDATE buckets SET draws = ?, last_at = ?, total = ?, open = ?, reserved = ?, busy = ?, since = ?
    WHERE id = ?`,
  addDraw: 'INSERT INTO draws (bucket, at, n, amount, total) VALUES (?, ?, ?, ?, ?)',
  totalUpTo: 'SELECT total FROM draws WHERE bucket = ? AND at <= ? ORDER BY at DESC, n DESC LIMIT 1',
  firstAfter: 'SELECT at, amount FROM draws WHERE bucket = ? AND at > ? ORDER BY at, n LIMIT 1',

  action: 'SELECT intended, held FROM in_flight WHERE run = ? AND action = ?',
  addAction: 'INSERT INTO in_flight (run, action, owner, intended, since, held) VALUES (?, ?, ?, ?, ?, ?)',
  removeAction: 'DELETE FROM in_flight WHERE run = ? AND action = ?',
  actionsOf: 'SELECT run, action, owner, intended, held FROM in_flight WHERE run = ? ORDER BY since, action',
  actions: 'SELECT run, action, owner, intended, held FROM in_flight ORDER BY run, since, action',

  used: `SELECT 1 AS found FROM records WHERE kind = 'approval.used' AND ${named('approval')} = ?`,
  approval: 'SELECT value FROM approvals WHERE id = ?',
  // By its own index: another one has them in order, and all of the run to look at.
  approvalsOf: `SELECT value FROM approvals INDEXED BY subjects WHERE digest = ? AND run = ? AND executor = ? AND principal = ?
    AND policy_digest = ? AND kind = ? ORDER BY requested_at DESC, rowid DESC LIMIT 1`,
  putApproval: `INSERT INTO approvals (id, kind, state, run, executor, principal, digest, policy_digest, requested_at, value)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state, value = excluded.value`,
  // Each answer has its own end (`endOf`).
  expiredApprovals: `SELECT id FROM approvals WHERE state IN ('pending', 'approved')
    AND (json_extract(value, '$.expiresAt') <= :at OR EXISTS (SELECT 1 FROM json_each(approvals.value, '$.answers') AS answer
      WHERE json_extract(answer.value, '$.expiresAt') <= :at)) LIMIT :limit`,
  approvalPlace: 'SELECT requested_at, rowid AS place FROM approvals WHERE id = ?',
  approvalsOfState: firstOf(':state'),
  approvalsOpen: firstOf(`'pending'`, `'approved'`),
  approvalsOfRun: `SELECT value FROM approvals INDEXED BY asked WHERE run = :run AND ${before} AND (:kind IS NULL OR kind = :kind)
    AND (:state IS NULL OR state = :state OR (:state = 'open' AND state IN ('pending', 'approved')))
    ORDER BY requested_at DESC, rowid DESC LIMIT :limit`,
  approvals: `SELECT value FROM approvals INDEXED BY newest WHERE ${before} AND (:kind IS NULL OR kind = :kind)
    ORDER BY requested_at DESC, rowid DESC LIMIT :limit`,
  openCounts: `SELECT kind, count(*) AS n FROM approvals WHERE state IN ('pending', 'approved') GROUP BY kind`,
  openCountsAt: `SELECT kind, count(*) AS n FROM approvals
    WHERE state IN ('pending', 'approved') AND json_extract(value, '$.expiresAt') > ? GROUP BY kind`,

  last: 'SELECT coalesce(max(id), 0) AS last FROM records',
  changes: `SELECT id, run, kind, CASE WHEN kind LIKE 'approval.%' THEN json_extract(bytes, '$.body.approval') END AS approval
    FROM records WHERE id > ? ORDER BY id LIMIT ?`,

  head: "SELECT coalesce(max(seq), 0) AS seq FROM records WHERE run = ''",
  position: 'SELECT position FROM outbox_positions WHERE endpoint = ?',
  setPosition: `INSERT INTO outbox_positions (endpoint, position) VALUES (?, ?)
    ON CONFLICT (endpoint) DO UPDATE SET position = excluded.position`,
  events: `SELECT seq, at, kind FROM records WHERE run = '' AND seq > ? AND kind LIKE 'approval.%' ORDER BY seq`,
  event: `SELECT bytes, hash FROM records WHERE run = '' AND seq = ?`,
  // A text that does not stand in it need not be looked for in its place.
  decided: `SELECT bytes FROM records WHERE run = ?1 AND kind = 'action.decided'
    AND CASE WHEN instr(bytes, ?2) > 0 THEN json_extract(bytes, '$.body.action.id') = ?2 ELSE 0 END LIMIT 1`,
  addLetter: `INSERT INTO outbox (endpoint, seq, attempts, due_at, owner) VALUES (?, ?, 0, ?, NULL)
    ON CONFLICT DO NOTHING`,
  letters: 'SELECT count(*) AS n FROM outbox WHERE endpoint = ?',
  dueLetters: 'SELECT seq, attempts FROM outbox WHERE endpoint = ? AND due_at <= ? ORDER BY due_at, seq LIMIT ?',
  takeLetter: 'UPDATE outbox SET owner = ?, due_at = ?, attempts = attempts + 1 WHERE endpoint = ? AND seq = ?',
  postponeLetter: 'UPDATE outbox SET owner = NULL, due_at = ? WHERE endpoint = ? AND seq = ? AND owner = ?',
  letterOwners: 'SELECT DISTINCT owner FROM outbox WHERE owner IS NOT NULL',
  releaseLetters: 'UPDATE outbox SET owner = NULL, due_at = ? WHERE owner = ?',
  removeLetter: 'DELETE FROM outbox WHERE endpoint = ? AND seq = ?',

  grant: 'SELECT value FROM grants WHERE id = ?',
  grantsFor: `SELECT value FROM grants WHERE target = ? AND executor = ? AND principal = ? AND policy_digest = ?
    AND state = 'given' AND until > ? AND run IN ('', ?) ORDER BY until, rowid LIMIT ?`,
  grantUses: `SELECT count(*) AS n FROM records WHERE kind = 'grant.used' AND ${named('grant')} = ?`,
  grantEnd: `SELECT 1 AS found FROM records WHERE kind = 'grant.revoked' AND ${named('grant')} = ?`,
  putGrant: `INSERT INTO grants (id, state, target, executor, principal, policy_digest, run, until, offered_at, value)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state, value = excluded.value`,
  grants: `SELECT value FROM grants WHERE (:state IS NULL OR state = :state)
    AND (:after IS NULL OR (offered_at, rowid) < (SELECT offered_at, rowid FROM grants WHERE id = :after))
    ORDER BY offered_at DESC, rowid DESC LIMIT :limit`,

  runs: `${summaries} WHERE c.started_at IS NOT NULL ORDER BY c.started_at DESC, c.rowid DESC`,
  carriedRuns: `${summaries.replace(' JOIN ', ' CROSS JOIN ')} WHERE c.ended_at IS NULL AND c.started_at IS NOT NULL
    AND json_extract(r.bytes, '$.body.owner') IS NOT NULL ORDER BY c.started_at DESC, c.rowid DESC`,
  oneRun: `${summaries} WHERE c.run = ? AND c.started_at IS NOT NULL`,
  allRuns: `${summaries.replace(' JOIN ', ' CROSS JOIN ')}
    WHERE c.started_at IS NOT NULL AND (:status IS NULL OR coalesce(c.status, 'running') = :status)
    AND (:after IS NULL OR (c.started_at, c.rowid) < (SELECT started_at, rowid FROM chains WHERE run = :after))
    ORDER BY c.started_at DESC, c.rowid DESC LIMIT :limit`,
  // CROSS JOIN: the client's chains first, by their index, then the first record of each.
  runsOf: `${summaries.replace(' JOIN ', ' CROSS JOIN ')}
    WHERE c.client = :client AND c.started_at IS NOT NULL AND json_extract(r.bytes, '$.body.principal') = :principal
    AND (:status IS NULL OR coalesce(c.status, 'running') = :status)
    AND (:after IS NULL OR (c.started_at, c.rowid) < (SELECT started_at, rowid FROM chains WHERE run = :after))
    ORDER BY c.started_at DESC, c.rowid DESC LIMIT :limit`,
} as const

/** Every statement the ledger uses, prepared when it is first needed and kept. */
export class Statements {
  readonly #database: Database
  readonly #prepared = new Map<keyof typeof texts, StatementSync>()
  constructor(database: Database) {
    this.#database = database
  }

  get(name: keyof typeof texts): StatementSync {
    let statement = this.#prepared.get(name)
    if (statement === undefined) {
      statement = this.#database.prepare(texts[name])
      this.#prepared.set(name, statement)
    }
    return statement
  }
}
