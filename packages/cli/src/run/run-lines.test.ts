import type { RunEvent } from '@ecp/runtime'
import { expect, test } from 'vitest'
import { plain } from '../terminal/paint.ts'
import { columnsOf } from '../terminal/visible.ts'
import { runLines } from './run-lines.ts'
import { RunTree } from './run-tree.ts'

const step = (executor: string, key: string, target: string) => {
  const of = { executor, key, target, step: key.endsWith('turn:0') ? ('model' as const) : ('tool' as const) }
  return {
    begins: { kind: 'step-started', ...of } satisfies RunEvent,
    ends: (more: Partial<Extract<RunEvent, { kind: 'step-finished' }>> = {}): RunEvent => ({
      kind: 'step-finished',
      ...of,
      effect: 'allow',
      status: 'completed',
      ...more,
    }),
  }
}
const starts = (executor: string, path: string, task?: string): RunEvent => ({
  kind: 'executor-started',
  executor,
  path,
  ...(task === undefined ? {} : { task }),
})

/** A lead with two reviewers at the same time, of one name. */
function going(...more: RunEvent[]): RunTree {
  let now = 0
  const tree = new RunTree(() => (now += 1_000))
  const turn = step('lead', 'root/turn:0', 'openai/gpt-5-mini')
  const [first, second] = [0, 1].map((at) => step('reviewer', `root/${at}:reviewer/turn:0`, 'openai/gpt-5-mini'))
  const write = step('reviewer', 'root/1:reviewer/turn:0/call:0', 'files:write_file')
  for (const event of [
    starts('lead', 'root'),
    turn.begins,
    {
      kind: 'text',
      executor: 'lead',
      path: 'root',
      piece: 'a plan, of which nothing is shown once it is carried out',
    } satisfies RunEvent,
    turn.ends({ tokens: { prompt: 900, completion: 100 }, costUsd: 0.5 }),
    starts('reviewer', 'root/0:reviewer'),
    starts('reviewer', 'root/1:reviewer', 'Review a file\nwhose name is long: code/login.py'),
    first?.begins,
    second?.begins,
    second?.ends({ tokens: { prompt: 10, completion: 1 } }),
    write.begins,
    write.ends({ effect: 'deny', status: 'denied' }),
    { kind: 'left', left: { tokens: 399_000, costUsd: 1.5, runtimeMs: 299_000 } } satisfies RunEvent,
    { kind: 'left', left: { toolCalls: 59 } } satisfies RunEvent,
    {
      kind: 'text',
      executor: 'reviewer',
      path: 'root/0:reviewer',
      piece: 'line one\nline two\nand \u001b[2J\u202eit',
    } satisfies RunEvent,
    ...more,
  ]) {
    if (event) tree.take(event)
  }
  return tree
}
const frame = (columns: number, rows = 24) => ({ columns, rows, number: 0, now: 60_000, paint: plain })

test('each executor with what it does and used, what was stopped, and the end of what its model says', () => {
  expect(runLines(going(), frame(80))).toEqual([
    '⠋ lead  1 turn, 1000 tokens, $0.5000',
    '  ⠋ reviewer  asks openai/gpt-5-mini',
    '      line two',
    '      and \\u{1b}[2J\\u{202e}it',
    '  ⠋ reviewer  Review a file whose name … · 1 turn, 11 tokens',
    '      denied files:write_file',
    '59.00 s · 2 turns, 1011 tokens, $0.5000',
    'left: 59 calls, 399k tokens, $1.50, 4 min 4 s',
  ])
})

test('what has ended says how long it took, and that of one name each has its own', () => {
  const lines = runLines(
    going(
      { kind: 'executor-finished', executor: 'reviewer', path: 'root/0:reviewer', failure: 'it failed' },
      { kind: 'executor-finished', executor: 'reviewer', path: 'root/1:reviewer' },
    ),
    frame(80),
  )
  expect(lines[1]).toMatch(/^ {2}✗ reviewer {2}\d+\.\d+ s$/)
  expect(lines[2]).toMatch(/^ {2}✓ reviewer {2}Review a file whose name … · 1 turn, 11 tokens, \d+\.\d+ s$/)
})

test.each([80, 40, 20])('on %i columns no line is as wide as the terminal', (columns) => {
  const text = '日本語のテキスト'.repeat(40)
  const tree = going({ kind: 'text', executor: 'reviewer', path: 'root/0:reviewer', piece: text })
  const lines = runLines(tree, frame(columns))
  expect(Math.max(...lines.map(columnsOf))).toBeLessThan(columns)
  expect(lines.join('\n')).toContain('…')
})

test('on few rows what is over makes room first, and how many are missing is said', () => {
  const tree = going({ kind: 'executor-finished', executor: 'reviewer', path: 'root/1:reviewer' })
  const lines = runLines(tree, frame(80, 8))
  expect(lines.length).toBeLessThan(8)
  expect(lines[0]).toBe('… 1 more')
  expect(lines).toContain('  ⠋ reviewer  asks openai/gpt-5-mini')
})
