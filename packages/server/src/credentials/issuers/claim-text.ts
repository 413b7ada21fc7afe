const longest = 256

/**
 * A claim that is to name somebody in runs, records and terminals; nothing where it is no text, too long, or holds what cannot
 * be seen: two names that look the same are a way to be taken for somebody else.
 */
export function claimText(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '' || value.length > longest || !value.isWellFormed()) return undefined
  return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Default_Ignorable_Code_Point}]/u.test(value) ? undefined : value
}
