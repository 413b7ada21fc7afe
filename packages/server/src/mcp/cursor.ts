import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'

/** Where a page of a list ended: after how many items, and which was the last. */
export interface Position {
  readonly from: number
  readonly after: string
}

/** Cursors hold for the life of this process. */
const key = randomBytes(32)
const tagBytes = 16

/** A cursor (MCP, pagination) for this list of this caller: nobody can make one, or use one that somebody else was given. */
export function cursorOf(list: string, owner: string, { from, after }: Position): string {
  const text = Buffer.from(JSON.stringify([from, after]))
  return Buffer.concat([tagOf(list, owner, text), text]).toString('base64url')
}

/** Throws -32602 for a cursor that was not given to this caller for this list. */
export function positionOf(list: string, owner: string, cursor: unknown): Position {
  const bytes = Buffer.from(String(cursor), 'base64url')
  const [tag, text] = [bytes.subarray(0, tagBytes), bytes.subarray(tagBytes)]
  const isExact = bytes.toString('base64url') === cursor && tag.length === tagBytes
  if (!isExact || !timingSafeEqual(tag, tagOf(list, owner, text))) {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'the cursor is not one that this list gave')
  }
  const [from, after] = JSON.parse(text.toString()) as [number, string] // reason: authentic, so made above
  return { from, after }
}

function tagOf(list: string, owner: string, text: Uint8Array): Buffer {
  return createHmac('sha256', key)
    .update(JSON.stringify([list, owner]))
    .update(text)
    .digest()
    .subarray(0, tagBytes)
}
