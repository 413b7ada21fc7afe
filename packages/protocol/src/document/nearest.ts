const maxLength = 64
const maxCandidates = 2_000

/** Edit distance (insert, delete, replace, swap of neighbours), or `limit + 1` when it is more than `limit`. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let cost = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1)
      row.push(cost)
    }
    before = previous
    previous = row
  }
  return previous[b.length] ?? limit + 1
}

/** The candidate that was most likely meant by `word`: case and separators aside, at most a third of it wrong. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const plain = (text: string) =>
    text
      .slice(0, maxLength)
      .toLowerCase()
      .replace(/[-_ .]/g, '')
  const wanted = plain(word)
  let best: string | undefined
  let bestDistance = Math.min(Math.max(1, Math.floor(wanted.length / 3)), wanted.length - 1) + 1
  if (wanted === '') return undefined
  let looked = 0
  for (const candidate of candidates) {
    if (candidate === word) continue
    if (++looked > maxCandidates) break
    const cost = distance(wanted, plain(candidate), bestDistance - 1)
    if (cost < bestDistance) {
      best = candidate
      bestDistance = cost
    }
  }
  return best
}
