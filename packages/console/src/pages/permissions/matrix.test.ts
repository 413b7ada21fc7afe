import type { Outlook, Permission } from '@ecp/protocol'
import { expect, test } from 'vitest'
import { matrixOf, shownSections } from './matrix.ts'

const permission = (
  executor: string,
  target: string,
  outlook: Outlook,
  kind: Permission['kind'] = 'tool.call',
): Permission => ({ executor, kind, target, outlook, acts: 'read', actsWhy: '', reasons: [], conditions: [] })

const reader = [
  permission('reader', 'files:read', 'allowed'),
  permission('reader', 'files:write', 'denied'),
  permission('reader', 'jira:create:x', 'held'),
  permission('reader', 'notes', 'allowed', 'memory.read'),
]
const writer = [permission('writer', 'files:read', 'allowed'), permission('writer', 'files:write', 'proposed')]
const matrix = matrixOf([{ permissions: reader }, { permissions: [] }, { permissions: writer }])

test('boundaries across, targets down, one section for each server and each other kind', () => {
  expect(matrix.map(({ title, rows }) => [title, rows.map(({ name }) => name)])).toEqual([
    ['files', ['read', 'write']],
    ['jira', ['create:x']],
    ['Memory, read', ['notes']],
  ])
  expect(matrix.flatMap(({ rows }) => rows.map(({ cells }) => cells.map((cell) => cell?.outlook)))).toEqual([
    ['allowed', undefined, 'allowed'],
    ['denied', undefined, 'proposed'],
    ['held', undefined, undefined],
    ['allowed', undefined, undefined],
  ])
})

test('rows are found by a part of their target and by what is possible in them; empty sections go', () => {
  const names = (text: string, ...outlooks: Outlook[]) =>
    shownSections(matrix, text, new Set(outlooks)).flatMap(({ rows }) => rows.map(({ target }) => target))
  expect(names('FILES')).toEqual(['files:read', 'files:write'])
  expect(names('', 'held', 'proposed')).toEqual(['files:write', 'jira:create:x'])
  expect(names('read', 'denied')).toEqual([])
})
