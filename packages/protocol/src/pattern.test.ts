import fc from 'fast-check'
import { expect, test } from 'vitest'
import { indexPatterns, parsePattern } from './pattern.ts'

test.each([
  ['jira:issues.search', 'jira:issues.search', true],
  ['jira:issues.search', 'jira:issues.searches', false],
  ['files:read_*', 'files:read_', true],
  ['files:read_*', 'files:read_all', true],
  ['files:read_*', 'mail:read_all', false],
  ['*:delete_*', 'files:delete_all', true],
  ['*:*', 'a:b', true],
  ['f*s:a*b*c', 'files:a-b-b-c', true],
  ['f*s:a*b*c', 'files:a-c-b', false],
  ['a:*b', 'a:bab', true],
  ['a:ab*ba', 'a:aba', false],
  ['a:**', 'a:x', true],
  ['a:b*', 'a:b:c', true],
  ['a.b:c', 'axb:c', false],
])('`%s` on `%s`: %s', (pattern, target, fits) => {
  expect(parsePattern(pattern).matches(target)).toBe(fits)
})

test.each(['', 'files', ':read', 'files:', `a:${'x'.repeat(300)}`])('`%s` is no pattern', (pattern) => {
  expect(() => parsePattern(pattern)).toThrow(expect.objectContaining({ code: 'pattern.invalid' }))
})

test('an index finds what fits, in order, and globs only for pinned targets', () => {
  const index = indexPatterns(
    ['*:read', 'files:*', 'files:read', 'mail:read'].map((pattern) => ({ pattern, entry: pattern })),
  )
  expect(index.find('files:read', true)).toEqual(['*:read', 'files:*', 'files:read'])
  expect(index.find('files:read', false)).toEqual(['files:read'])
  expect(index.find('__proto__:constructor', true)).toEqual([])
})

test('a pattern fits what a backtracking matcher fits, and a hostile one ends at once', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '*'), minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(
      text,
      text.map((target) => target.replaceAll('*', 'b')),
      (pattern, target) => {
        const expression = new RegExp(`^x:${pattern.replaceAll('*', '.*')}$`)
        expect(parsePattern(`x:${pattern}`).matches(`x:${target}`)).toBe(expression.test(`x:${target}`))
      },
    ),
    { seed: 20261122, numRuns: 2_000 },
  )
  // Whatever tries every way does not end within the time that every test has.
  expect(parsePattern(`a:${'*a'.repeat(140)}b`).matches(`a:${'a'.repeat(1_000_000)}`)).toBe(false)
})
