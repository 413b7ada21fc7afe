import { expect, test } from 'vitest'
import { couldBeOf } from './uri-template.ts'

test.each([
  ['demo://a/{id}', 'demo://a/1', true],
  ['demo://a/{id}', 'demo://b/1', false],
  ['demo://a/{id}/x', 'demo://a/1/x', true],
  ['demo://a/{id}/x', 'demo://a/1/y', false],
  ['demo://a/{id}/a/{n}', 'demo://a/1/a/2', true],
  ['demo://a/{id}/b/{n}', 'demo://a/1/a/2', false],
  ['demo://a{?q,r}', 'demo://a?q=1', true],
  ['demo://{+path}.md', 'demo://x/y.md', true],
  ['demo://{a}ab', 'demo://ab', true],
  ['ab{x}ab', 'ab', false],
  ['demo://plain', 'demo://plain', true],
  ['demo://plain', 'demo://plainer', false],
  ['{', '{', true],
  ['', '', true],
])('%s could have made %s: %s', (template, uri, could) => {
  expect(couldBeOf(template, uri)).toBe(could)
})

test('a template without end is compared once', () => {
  // What looks at a character more than once does not end within the time that every test has.
  expect(couldBeOf('{a}b'.repeat(500_000), 'b'.repeat(1_000_000))).toBe(true)
  expect(couldBeOf(`${'{a}b'.repeat(500_000)}c`, 'b'.repeat(1_000_000))).toBe(false)
})
