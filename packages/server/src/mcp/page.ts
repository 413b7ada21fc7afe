import type { JsonObject } from '@ecp/protocol'
import { cursorOf, positionOf } from './cursor.ts'

/** How many items one page of a list holds. */
export const pageSize = 200

export interface PageOptions {
  /** What the items stand under in the result; with `owner`, whom a cursor is for. */
  readonly list: string
  readonly owner: string
  readonly cursor: unknown
  nameOf(item: JsonObject): string
}

/**
 * One page of a list, `{[list]: items, nextCursor?}`. A list that changes between two pages loses none of what stayed in
 * its place. Throws -32602 for a cursor that no page of this list gave.
 */
export function pageOf(items: readonly JsonObject[], { list, owner, cursor, nameOf }: PageOptions): JsonObject {
  const start = cursor === undefined ? 0 : startOf(items.map(nameOf), positionOf(list, owner, cursor))
  const end = start + pageSize
  const last = items[end - 1]
  const more = last !== undefined && end < items.length
  return {
    [list]: items.slice(start, end),
    ...(more ? { nextCursor: cursorOf(list, owner, { from: end, after: nameOf(last) }) } : {}),
  }
}

function startOf(names: readonly string[], { from, after }: { readonly from: number; readonly after: string }): number {
  if (names[from - 1] === after) return from
  const at = names.lastIndexOf(after)
  if (at >= 0) return at + 1
  // The last one is gone: in a list by name, what comes after it; elsewhere, where it was.
  const isByName = names.every((name, index) => index === 0 || (names[index - 1] ?? '') <= name)
  const next = names.findIndex((name) => name > after)
  if (isByName) return next < 0 ? names.length : next
  return from
}
