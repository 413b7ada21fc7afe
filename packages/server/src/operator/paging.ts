import { z } from 'zod'

const mostAtOnce = 500

/** `cursor` and `limit` of a list: one more is read than is shown, to know whether there are more. */
export const paging = {
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(mostAtOnce).default(50),
}

/** The rows to be shown, and where the next page begins. */
export function pageOf<T>(
  found: readonly T[],
  limit: number,
  idOf: (row: T) => string,
): { readonly rows: readonly T[]; readonly nextCursor?: string } {
  const rows = found.slice(0, limit)
  const last = rows.at(-1)
  return { rows, ...(found.length > limit && last ? { nextCursor: idOf(last) } : {}) }
}
