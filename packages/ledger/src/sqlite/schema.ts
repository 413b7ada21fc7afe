/** `ECPL`: what SQLite's header says the file is (PRAGMA application_id). */
export const applicationId = 0x4543504c
export const schemaVersion = 3

/** What a record names in its body. Whatever bytes somebody writes there, reading them is no error. */
export const named = (field: 'approval' | 'grant'): string =>
  `CASE WHEN json_valid(bytes) THEN json_extract(bytes, '$.body.${field}') END`

// `records` is the truth; the other tables but `blobs` and the outbox are read from it, and verify reads them from it again.
// `id` is the order in which records were written over all chains.
const tables = [
  `CREATE TABLE records (
  id INTEGER PRIMARY KEY,
  run TEXT NOT NULL,
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  bytes TEXT NOT NULL,
  hash TEXT NOT NULL,
  UNIQUE (run, seq)
) STRICT`,
  `CREATE INDEX pins ON records (run, id) WHERE kind = 'tool.pinned'`,
  `CREATE INDEX uses ON records (${named('approval')}) WHERE kind = 'approval.used'`,
  `CREATE INDEX grant_uses ON records (${named('grant')}) WHERE kind = 'grant.used'`,
  `CREATE INDEX grant_ends ON records (${named('grant')}) WHERE kind = 'grant.revoked'`,
  `CREATE TABLE blobs (digest TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT`,
  // One row for each run, and one with run '' for the ledger's own chain.
  `CREATE TABLE chains (
  run TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  client TEXT,
  context TEXT,
  executor TEXT,
  started_at INTEGER,
  ended_at INTEGER,
  status TEXT,
  actions INTEGER NOT NULL DEFAULT 0,
  denied INTEGER NOT NULL DEFAULT 0
) STRICT`,
  `CREATE INDEX running ON chains (client, context, executor, started_at) WHERE ended_at IS NULL`,
  `CREATE INDEX started ON chains (started_at)`,
  `CREATE INDEX clients ON chains (client, started_at) WHERE started_at IS NOT NULL`,
  `CREATE TABLE buckets (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  draws INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  total REAL NOT NULL,
  open INTEGER NOT NULL,
  reserved REAL NOT NULL,
  busy INTEGER NOT NULL,
  since INTEGER NOT NULL
) STRICT`,
  `CREATE TABLE draws (
  bucket INTEGER NOT NULL,
  at INTEGER NOT NULL,
  n INTEGER NOT NULL,
  amount REAL NOT NULL,
  total REAL NOT NULL,
  PRIMARY KEY (bucket, at, n)
) STRICT, WITHOUT ROWID`,
  `CREATE TABLE in_flight (
  run TEXT NOT NULL,
  action TEXT NOT NULL,
  owner TEXT NOT NULL,
  intended INTEGER NOT NULL,
  since INTEGER NOT NULL,
  held TEXT NOT NULL,
  PRIMARY KEY (run, action)
) STRICT, WITHOUT ROWID`,
  // `value` is the whole of it, as canonical JSON; the columns are to find it by.
  `CREATE TABLE approvals (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  run TEXT NOT NULL,
  executor TEXT NOT NULL,
  principal TEXT NOT NULL,
  digest TEXT NOT NULL,
  policy_digest TEXT NOT NULL,
  requested_at INTEGER NOT NULL,
  value TEXT NOT NULL
) STRICT`,
  `CREATE INDEX subjects ON approvals (digest, run, executor, principal, policy_digest, kind)`,
  `CREATE INDEX waiting ON approvals (state, kind, requested_at)`,
  `CREATE INDEX newest ON approvals (requested_at)`,
  `CREATE INDEX asked ON approvals (run, requested_at)`,
  // What is still to be told outside. No decision looks at it: `seq` is the record's in the ledger's chain, `position` how far
  // that chain was read for an endpoint.
  `CREATE TABLE outbox_positions (endpoint TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
  `CREATE TABLE outbox (
  endpoint TEXT NOT NULL,
  seq INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  owner TEXT,
  PRIMARY KEY (endpoint, seq)
) STRICT, WITHOUT ROWID`,
  `CREATE INDEX due ON outbox (endpoint, due_at)`,
  // As approvals. `run` is empty where a grant is for every run.
  `CREATE TABLE grants (
  id TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  target TEXT NOT NULL,
  executor TEXT NOT NULL,
  principal TEXT NOT NULL,
  policy_digest TEXT NOT NULL,
  run TEXT NOT NULL,
  until INTEGER NOT NULL,
  offered_at INTEGER NOT NULL,
  value TEXT NOT NULL
) STRICT`,
  `CREATE INDEX grantable ON grants (target, executor, principal, policy_digest, state, until)`,
  `CREATE INDEX offered ON grants (state, offered_at)`,
]

/** The statements that make an empty file a ledger. */
export const schema: readonly string[] = tables
