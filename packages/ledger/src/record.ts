import { canonical, type LedgerRecord, type RecordBodies, type RecordKind } from '@ecp/protocol'
import { sha256 } from './digest.ts'

/** What the first record of a chain names as the one before it. */
export const firstPrevious = '0'.repeat(64)

/** A record as it is stored: its place, its bytes and their hash. */
export interface SealedRecord {
  readonly run: string
  readonly seq: number
  readonly at: number
  readonly kind: RecordKind
  readonly bytes: string
  readonly hash: string
}

/** A record's body in canonical form, made before its place in the chain is known. */
export interface Draft {
  readonly at: number
  readonly kind: RecordKind
  /** RFC 8785 JSON. */
  readonly body: string
}

/** Makes the body canonical, once. Throws `json.not-canonical` for what JSON cannot carry. */
export function draft<K extends RecordKind>(at: number, kind: K, body: RecordBodies[K]): Draft {
  return { at, kind, body: canonical(body) }
}

/** Gives a draft its place. The names are written in the order of RFC 8785, so that the body need not be written again. */
export function seal({ at, kind, body }: Draft, run: string, seq: number, previous: string): SealedRecord {
  const bytes = `{"at":${at},"body":${body},"kind":"${kind}","previous":"${previous}","run":${JSON.stringify(run)},"seq":${seq}}`
  return { run, seq, at, kind, bytes, hash: sha256(bytes) }
}

/** Reads stored bytes as the record they were. Throws SyntaxError for what is not JSON. */
export function parseRecord(bytes: string): LedgerRecord {
  return JSON.parse(bytes) as LedgerRecord // reason: these are the bytes of a record; verify looks at every field of them
}
