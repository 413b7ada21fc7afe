import type { ClaimEntry } from '@ecp/protocol'

type Claims = Readonly<Record<string, unknown>>

/** The first entry that all claims fit; nothing where there is none. */
export function entryFor<Entry extends Pick<ClaimEntry, 'claims'>>(
  entries: readonly Entry[],
  claims: Claims,
): Entry | undefined {
  return entries.find((entry) =>
    Object.entries(entry.claims ?? {}).every(([claim, wanted]) => fits(claims, claim, [wanted].flat())),
  )
}

/** A claim that is a list fits by any item of it, and `scope`, a list in one text (RFC 9068, section 2.2.3), by any word. */
function fits(claims: Claims, claim: string, wanted: readonly unknown[]): boolean {
  if (!Object.hasOwn(claims, claim)) return false
  const value = claims[claim]
  const values = claim === 'scope' && typeof value === 'string' ? [value, ...value.split(' ')] : [value].flat()
  return values.some((one) => wanted.includes(one))
}
