import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toolNames } from './tool-names.ts'

test.each([
  ['a name that every provider takes stays readable', ['files:read_file'], ['files__read_file']],
  ['a point becomes what is taken, with a digest', ['jira:issues.search'], [/^jira__issues_search-[0-9a-f]{8}$/]],
  [
    'two that would be the same are told apart',
    ['a:b__c', 'a__b:c'],
    [/^a__b__c-[0-9a-f]{8}$/, /^a__b__c-[0-9a-f]{8}$/],
  ],
  ['a long one is cut', [`files:${'x'.repeat(128)}`], [/^files__x{48}-[0-9a-f]{8}$/]],
])('%s', (_, tools, expected) => {
  const names = toolNames(tools).toProvider
  for (const [index, tool] of tools.entries()) expect(names(tool)).toMatch(expected[index] ?? 'missing')
})

test('every tool comes back from its name, which every provider takes, and none from any other', () => {
  const tool = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,8}:[A-Za-z0-9_./-]{1,128}$/)
  fc.assert(
    fc.property(fc.uniqueArray(tool, { maxLength: 20 }), fc.string(), (tools, other) => {
      const names = toolNames(tools)
      const given = tools.map((one) => names.toProvider(one))
      for (const name of given) expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/)
      expect(given.map((name) => names.fromProvider(name))).toEqual(tools)
      expect(given.includes(other) || names.fromProvider(other) === undefined).toBe(true)
    }),
  )
})
