import { expect, test } from 'vitest'
import { coloured, plain } from './paint.ts'
import { table } from './table.ts'

const head = ['tool', 'effect', 'why']
const rows = [
  [{ text: 'files:read' }, { text: 'allowed', style: 'good' as const }, { text: 'on the list' }],
  [{ text: '日本:x' }, { text: 'denied', style: 'bad' as const }, { text: 'a reason that is too long for this line' }],
]

test('columns are aligned, and nothing is cut when piped', () => {
  expect(table({ head, rows }, plain)).toBe(
    [
      'tool        effect   why',
      'files:read  allowed  on the list',
      '日本:x      denied   a reason that is too long for this line',
    ].join('\n'),
  )
})

test('on a terminal the last column is wrapped to the width', () => {
  expect(table({ head, rows }, plain, 54).split('\n').slice(2)).toEqual([
    '日本:x      denied   a reason that is too long for',
    '                     this line',
  ])
  const long = [[{ text: 'a' }, { text: 'b' }, { text: 'x'.repeat(70) }]]
  const lines = table({ head: ['a', 'b', 'c'], rows: long }, plain, 20)
    .split('\n')
    .slice(1)
  expect(lines.map((line) => line.trim().length)).toEqual([36, 30, 10])
})

test('colours do not shift columns', () => {
  const lines = table({ head, rows }, coloured).split('\n')
  expect(lines[1]).toBe('files:read  \u001b[32mallowed\u001b[39m  on the list')
})
