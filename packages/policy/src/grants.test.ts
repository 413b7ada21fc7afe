import type { Action, GrantTerms, PersonAnswer } from '@ecp/protocol'
import { describe, expect, test } from 'vitest'
import { actionOf, catalogueOf, policyOf } from '../test/world.ts'
import { counters, decide } from './index.ts'

const catalogue = catalogueOf({ 'files:write': {}, 'files:other': {} })
const policy = policyOf(
  `
specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: test, version: 1.0.0 }
orchestrator:
  name: main
  type: agent
  strategy: single
  policies:
    toolAccess: { default: deny, allow: ["files:*"] }
    writeControls: { requireApprovalFor: ["files:*"], approval: { expiresAfter: 1h } }
`,
  {
    user: `version: "0.5"
tools: { servers: { files: { transport: { type: stdio, command: files } } } }
security: { tools: { allowServers: [files] } }
`,
  },
)
const at = 10_000_000
const asked = actionOf({ target: 'files:write', arguments: { path: '/work/a' }, at })
const terms: GrantTerms = {
  target: 'files:write',
  condition: 'within(args.path, "/work")',
  uses: 2,
  from: at - 1_000,
  until: at + 1_000,
  executor: asked.executor,
  principal: asked.principal,
  policyDigest: policy.digest,
}
const grant = (over: Partial<GrantTerms> = {}, used = 0): PersonAnswer => ({
  kind: 'grant',
  id: 'g',
  terms: { ...terms, ...over },
  used,
})
const decided = (answer: PersonAnswer, given: Partial<Action> = {}) => {
  const action = { ...asked, ...given }
  const values = Object.fromEntries(counters(policy, catalogue, action).map(({ name }) => [name, 0]))
  const { effect, reasons } = decide(policy, catalogue, values, action, { answers: [answer] })
  return [effect, ...reasons.map(({ code }) => code)].join(' ')
}
const lifted = 'allow context.tool-allowed write.granted'
const held = 'hold write.needs-approval context.tool-allowed'

test('a grant that fits lifts the hold, and says which use of it this is', () => {
  expect(decided(grant())).toBe(lifted)
  expect(decided(grant({ run: asked.run }, 1))).toBe(lifted)
  const values = Object.fromEntries(counters(policy, catalogue, asked).map(({ name }) => [name, 0]))
  const { reasons } = decide(policy, catalogue, values, asked, { answers: [grant({}, 1)] })
  expect(reasons.find(({ code }) => code === 'write.granted')?.message).toContain('use 2 of 2 of grant `g`')
})

describe('a grant does nothing', () => {
  test.each<[string, PersonAnswer, Partial<Action>?]>([
    ['for another tool', grant({ target: 'files:other' })],
    ['as a pattern', grant({ target: 'files:*' })],
    ['for another executor', grant({ executor: 'top' })],
    ['for another principal', grant({ principal: 'eve' })],
    ['in another run', grant({ run: 'another' })],
    ['under another policy', grant({ policyDigest: 'other' })],
    ['once it is spent', grant({}, 2)],
    ['with uses that nobody counted', grant({}, -1)],
    ['before its time', grant({ from: at + 1 })],
    ['after its time', grant({ until: at })],
    ['for longer than an approval may hold', grant({ from: at - 3_600_000 })],
    ['where its condition is false', grant(), { arguments: { path: '/etc/passwd' } }],
    ['where its condition cannot be evaluated', grant(), { arguments: {} }],
    ['where its condition is no condition', grant({ condition: 'args.path ==' })],
    ['where its condition looks at something else', grant({ condition: 'principal.name != ""' })],
    ['for what is applied by a person', grant(), { origin: 'operator' }],
    ['without end', grant({ uses: Number.POSITIVE_INFINITY })],
  ])('%s', (_, answer, given) => {
    expect(decided(answer, given)).toBe(held)
  })

  test('with terms that are none', () => {
    // reason: the types forbid what is tried here
    for (const odd of [null, 'terms', [], { ...terms, condition: 3 }, {}] as unknown as GrantTerms[])
      expect(decided({ kind: 'grant', id: 'g', terms: odd, used: 0 })).toBe(held)
  })
})
