import serialize from 'canonicalize'
import { ProtocolError } from './error.ts'

/** A JSON value (RFC 8259). Numbers are IEEE 754 doubles, as in RFC 8785. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

/**
 * The canonical form of a JSON value (RFC 8785): equal values give equal text, so that a digest over it means something.
 * Throws `json.not-canonical` for what JSON cannot carry (NaN, infinities, lone surrogates, `undefined` at the top).
 */
export function canonical(value: unknown): string {
  let text: string | undefined
  try {
    text = serialize(value)
  } catch (cause) {
    throw new ProtocolError(
      'json.not-canonical',
      `value has no canonical JSON form (RFC 8785): ${(cause as Error).message}`,
    ) // reason: canonicalize throws only Errors
  }
  if (text === undefined) throw new ProtocolError('json.not-canonical', 'value has no JSON form')
  return text
}

/** Whether a JSON value is an object (not null, not a list). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
