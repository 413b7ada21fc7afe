import type { DifferenceLine } from '@ecp/protocol'

/** Lines around a change that are shown with it. */
const around = 3
/** Most pairs of lines that are compared: beyond that the changed part is shown as removed and added whole. */
const mostPairs = 4_000_000

/** What differs between two texts, line by line, with a few lines around it. Empty where nothing does. */
export function lineDifference(before: string, after: string): readonly DifferenceLine[] {
  if (before === after) return []
  return shortened(aligned(linesOf(before), linesOf(after)))
}

/** A text's lines; a last one without its end says so, because that is a difference too. */
function linesOf(text: string): readonly string[] {
  if (text === '') return []
  const lines = text.split('\n')
  const last = lines.pop() ?? ''
  return last === '' ? lines : [...lines, `${last}${noEnd}`]
}
const noEnd = '  (no line end)'

function aligned(before: readonly string[], after: readonly string[]): DifferenceLine[] {
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1
  let end = 0
  const most = Math.min(before.length, after.length) - start
  while (end < most && before.at(-1 - end) === after.at(-1 - end)) end += 1
  const removed = before.slice(start, before.length - end)
  const added = after.slice(start, after.length - end)
  return [
    ...before.slice(0, start).map((text) => ({ kind: 'same' as const, text })),
    ...middle(removed, added),
    ...before.slice(before.length - end).map((text) => ({ kind: 'same' as const, text })),
  ]
}

/** By the longest common subsequence. */
function middle(before: readonly string[], after: readonly string[]): DifferenceLine[] {
  const removed = (text: string): DifferenceLine => ({ kind: 'removed', text })
  const added = (text: string): DifferenceLine => ({ kind: 'added', text })
  if (before.length * after.length > mostPairs) return [...before.map(removed), ...after.map(added)]
  const width = after.length + 1
  const longest = new Uint32Array((before.length + 1) * width)
  const at = (i: number, j: number) => longest[i * width + j] ?? 0
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      longest[i * width + j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  const lines: DifferenceLine[] = []
  let [i, j] = [0, 0]
  while (i < before.length || j < after.length) {
    const [old, now] = [before[i], after[j]]
    if (old !== undefined && old === now) {
      lines.push({ kind: 'same', text: old })
      i += 1
      j += 1
    } else if (old !== undefined && (now === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push(removed(old))
      i += 1
    } else if (now !== undefined) {
      lines.push(added(now))
      j += 1
    }
  }
  return lines
}

function shortened(lines: readonly DifferenceLine[]): DifferenceLine[] {
  const near = new Uint8Array(lines.length)
  lines.forEach(({ kind }, index) => {
    if (kind !== 'same') near.fill(1, Math.max(0, index - around), index + around + 1)
  })
  const shown: DifferenceLine[] = []
  let skipped = 0
  const tell = () => {
    if (skipped > 0) shown.push({ kind: 'skipped', text: `${skipped} lines that stay as they are` })
    skipped = 0
  }
  lines.forEach((line, index) => {
    if (near[index] === 1) {
      tell()
      shown.push(line)
    } else skipped += 1
  })
  tell()
  return shown
}
