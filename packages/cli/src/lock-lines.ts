import type { LockDifference, Survey } from '@ecp/host'
import type { Paint } from './terminal/paint.ts'
import { type Cell, table } from './terminal/table.ts'
import { visible } from './terminal/visible.ts'

const indent = '    '
const marks = { added: '+', removed: '-', changed: '~' } as const
const styles = { added: 'good', removed: 'bad', changed: 'warn' } as const

/** What each tool of a survey counts as, and why; and what cannot be locked. */
export function surveyTable({ lock, refused }: Survey, paint: Paint, columns: number | undefined): string {
  const locked = Object.entries(lock.servers).flatMap(([server, { tools }]) =>
    Object.entries(tools).map(([name, { effect, why }]): Cell[] => [
      { text: visible(`${server}:${name}`, 120), style: 'name' },
      effect === 'write' ? { text: effect, style: 'warn' } : { text: effect },
      { text: visible(why) },
    ]),
  )
  const unknown = refused.map(({ target, why }): Cell[] => [
    { text: visible(target, 120), style: 'name' },
    { text: 'unknown', style: 'bad' },
    { text: visible(why) },
  ])
  return table({ head: ['tool', 'effect', 'why'], rows: [...locked, ...unknown] }, paint, columns)
}

/** Each tool that is not as it is locked, on a line; with `details`, also the parts that differ, before and after. */
export function differenceLines(differences: readonly LockDifference[], paint: Paint, details: boolean): string[] {
  return differences.flatMap((difference) => {
    const { kind, target } = difference
    const line = paint(styles[kind], `${marks[kind]} ${visible(target, 200)}`)
    if (difference.kind !== 'changed') return [`${line} ${kind}`]
    const names = difference.parts.map(({ part }) => part).join(', ')
    const parts = difference.parts.flatMap(({ part, before, after }) => [
      `  ${part}`,
      ...sideBySide(before ?? '', after ?? '').map(({ side, text }) =>
        side === 'same'
          ? `${indent}  ${text}`
          : paint(side === 'before' ? 'bad' : 'good', `${indent}${side === 'before' ? '-' : '+'} ${text}`),
      ),
    ])
    return [`${line} changed: ${names}`, ...(details ? parts : [])]
  })
}

interface Side {
  readonly side: 'before' | 'after' | 'same'
  readonly text: string
}

/** The lines that differ, whole, with the line before and after; what both begin and end with is left out. */
function sideBySide(before: string, after: string): Side[] {
  const [old, now] = [before, after].map((text) => (text === '' ? [] : text.split('\n').map((line) => visible(line))))
  if (!old || !now) return []
  let start = 0
  while (start < old.length && start < now.length && old[start] === now[start]) start++
  let end = 0
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) end++
  const side = (name: Side['side'], lines: readonly string[]): Side[] => lines.map((text) => ({ side: name, text }))
  return [
    ...side('same', old.slice(Math.max(0, start - 1), start)),
    ...side('before', old.slice(start, old.length - end)),
    ...side('after', now.slice(start, now.length - end)),
    ...side('same', old.slice(old.length - end, old.length - end + 1)),
  ]
}
