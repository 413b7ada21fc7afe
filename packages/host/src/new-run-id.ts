import { v7 as uuidv7 } from 'uuid'

/** An id for a run that begins at this time (milliseconds since the epoch): a UUIDv7 (RFC 9562), so that runs sort by their start. */
export function newRunId(at: number): string {
  return uuidv7({ msecs: at })
}
