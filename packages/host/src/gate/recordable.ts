import { sha256 } from '@ecp/ledger'
import { canonical, type Json, type JsonObject, type Outcome, ProtocolError } from '@ecp/protocol'
import { HostError } from '../error.ts'

/** A result over this many characters of canonical JSON stands in a blob, its digest in the record. */
const maxInline = 16_384

/** A value that a record can hold, and its canonical text (RFC 8785). */
export interface Recordable {
  readonly value: Json
  readonly text: string
}

/**
 * Makes a server's value recordable: unpaired surrogates, which no UTF-8 record can hold, become U+FFFD. Throws
 * `server.protocol` for what is nested too deep to write down.
 */
export function recordable(value: Json): Recordable {
  try {
    return { value, text: canonical(value) }
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
  }
  try {
    const mended = wellFormed(value)
    return { value: mended, text: canonical(mended) }
  } catch {
    throw new HostError('server.protocol', 'the result cannot be recorded: it is nested too deep')
  }
}

/** The outcome with its result: in the record itself, or in a blob where it is large. */
export function withResult(outcome: Outcome, result: Recordable | undefined) {
  if (!result) return { outcome }
  if (result.text.length <= maxInline) return { outcome: { ...outcome, result: result.value } }
  return { outcome, blob: { digest: sha256(result.text), text: result.text } }
}

function wellFormed(value: Json): Json {
  if (typeof value === 'string') return value.toWellFormed()
  if (Array.isArray(value)) return value.map(wellFormed)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value as JsonObject) // reason: Array.isArray does not narrow readonly lists away
  return Object.fromEntries(entries.map(([key, part]) => [key.toWellFormed(), wellFormed(part)]))
}
