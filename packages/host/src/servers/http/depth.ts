/** Whether a value that was parsed from JSON has more than `levels` levels of lists and objects in it. Needs no stack. */
export function isDeeperThan(levels: number, value: unknown): boolean {
  let level = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > levels) return true
    const next: unknown[] = []
    for (const one of level) {
      if (typeof one !== 'object' || one === null) continue
      for (const part of Object.values(one)) if (typeof part === 'object' && part !== null) next.push(part)
    }
    level = next
  }
  return false
}
