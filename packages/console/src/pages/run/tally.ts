import { type Call, type Fate, fates } from './call.ts'

/** How many calls came to which end; those that none came to are left out. */
export type Tally = readonly { readonly fate: Fate; readonly count: number }[]

export function tallyOf(calls: readonly Call[]): Tally {
  const counts = new Map<Fate, number>()
  for (const { fate } of calls) counts.set(fate, (counts.get(fate) ?? 0) + 1)
  return fates.flatMap((fate) => {
    const count = counts.get(fate)
    return count === undefined ? [] : [{ fate, count }]
  })
}
