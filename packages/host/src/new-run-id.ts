import { createHash } from 'node:crypto'
import { stringify, v7 as uuidv7 } from 'uuid'

/** An id for a run that begins at this time (milliseconds since the epoch): a UUIDv7 (RFC 9562), so that runs sort by their start. */
export function newRunId(at: number): string {
  return uuidv7({ msecs: at })
}

/**
 * The id of a run that several processes may start for the same reason at the same time: the same for the same texts, so that the
 * ledger lets one of them start it. A UUIDv7 of that time (milliseconds since the epoch), or a UUIDv8 where there is no time that
 * all of them know (RFC 9562).
 */
export function sameRunId(texts: readonly string[], at?: number): string {
  const hash = createHash('sha256').update(JSON.stringify(texts)).digest()
  if (at !== undefined) return uuidv7({ msecs: at, random: hash.subarray(0, 16) })
  const bytes = hash.subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return stringify(bytes)
}
