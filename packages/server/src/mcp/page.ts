import type { JsonObject } from '@ecp/protocol'
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'

/** How many items one page of a list holds. */
export const pageSize = 200

/** One page of a list, `{[key]: items, nextCursor?}`. Throws -32602 for a cursor that no page gave. */
export function pageOf(key: string, items: readonly JsonObject[], cursor: unknown): JsonObject {
  const from = cursor === undefined ? 0 : offset(cursor)
  if (from > items.length) throw invalidCursor()
  const next = from + pageSize
  return {
    [key]: items.slice(from, next),
    ...(next < items.length ? { nextCursor: Buffer.from(`from:${next}`).toString('base64url') } : {}),
  }
}

function offset(cursor: unknown): number {
  const [, digits] = /^from:(\d{1,9})$/.exec(Buffer.from(String(cursor), 'base64url').toString()) ?? []
  if (typeof cursor !== 'string' || digits === undefined) throw invalidCursor()
  return Number(digits)
}

export function invalidCursor(): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, 'the cursor is not one that this list gave')
}
