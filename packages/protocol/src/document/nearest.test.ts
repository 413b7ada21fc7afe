import { expect, test } from 'vitest'
import { nearest } from '../index.ts'

test.each([
  ['Deny', ['deny', 'allow'], 'deny'],
  ['defualt', ['default', 'deny'], 'default'],
  ['propose_only', ['forbid', 'propose-only'], 'propose-only'],
  ['toolacces', ['budgets', 'toolAccess'], 'toolAccess'],
  ['swam', ['single', 'swarm'], 'swarm'],
  ['xyz', ['single', 'swarm'], undefined],
  ['deny', ['deny'], undefined],
  ['', ['a'], undefined],
])('%s among %j is %s', (word, candidates, wanted) => {
  expect(nearest(word, candidates)).toBe(wanted)
})
