/** How many connect, or leave, at the same time. */
const together = 20

/** Does it for all, some at a time; results in their order. */
export async function each<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (let first = 0; first < all.length; first += together) {
    results.push(...(await Promise.all(all.slice(first, first + together).map(work))))
  }
  return results
}
