import { expect, test } from 'vitest'
import { actionOf, catalogueOf, contextWith, decided, hostWith, policyOf, reads, summary } from '../test/world.ts'

const catalogue = catalogueOf({
  'files:read': reads,
  'files:write': {},
  'files:text': { annotations: { readOnlyHint: 'true' } },
  'files:false': { annotations: { readOnlyHint: false, destructiveHint: false } },
})
const host = (writes: string) => hostWith(`tools: { allowServers: [files] }\n${writes}`)
const context = (controls: string) =>
  contextWith(`toolAccess: { default: deny, allow: ["files:*"] }\n${controls && `writeControls: { ${controls} }`}`)

/** f: forbid, h: hold, p: propose, e: execute; '': says nothing. */
const controls: Record<string, string> = {
  '': '',
  f: 'mode: forbid',
  p: 'mode: propose-only',
  e: 'mode: execute-if-allowed',
  h: 'mode: execute-if-allowed, requireApprovalFor: ["files:*"]',
  'p+h': 'mode: propose-only, requireApprovalFor: ["files:write"]',
  'f+h': 'mode: forbid, requireApprovalFor: ["files:write"]',
}
const effects: Record<string, string> = {
  f: 'deny',
  'f+h': 'deny',
  p: 'propose',
  h: 'hold',
  'p+h': 'hold',
  e: 'allow',
  '': 'allow',
}
const strictness = ['allow', 'hold', 'propose', 'deny']

for (const outer of Object.keys(controls))
  for (const inner of Object.keys(controls))
    test(`host '${outer}' and Context '${inner}': the stricter answer counts, and reads are left alone`, () => {
      const policy = policyOf(context(controls[inner] ?? ''), { user: host(outer && `writes: { ${controls[outer]} }`) })
      const wanted = [effects[outer] ?? '', effects[inner] ?? ''].sort(
        (a, b) => strictness.indexOf(b) - strictness.indexOf(a),
      )
      expect(decided(policy, catalogue, actionOf({ target: 'files:write' })).effect).toBe(wanted[0])
      expect(decided(policy, catalogue, actionOf({ target: 'files:read' })).effect).toBe('allow')
    })

test.each([
  ['files:write', '', 'write'],
  ['files:read', '', 'read'],
  ['files:text', '', 'write'],
  ['files:false', '', 'write'],
  ['files:read', 'trustAnnotations: false', 'write'],
  ['files:read', 'tools: { read: { effect: write } }', 'write'],
  ['files:write', 'tools: { write: { effect: read } }', 'read'],
  ['files:write', 'trustAnnotations: false, tools: { write: { effect: read } }', 'read'],
])('%s with `%s` counts as a %s', (target, wiring, wanted) => {
  const user = `
version: "0.5"
tools: { servers: { files: { transport: { type: stdio, command: f }${wiring && `, ${wiring}`} } } }
security: { tools: { allowServers: [files] } }
`
  expect(decided(policyOf(context(''), { user }), catalogue, actionOf({ target })).acts).toBe(wanted)
})

test('the Context can call a tool a write, and never a read', () => {
  const policy = policyOf(context('mode: forbid, writes: ["files:r*"]'), { user: host('') })
  expect(summary(decided(policy, catalogue, actionOf()))).toBe('deny write.forbidden context.tool-allowed')
})

test.each([
  ['no terms', '', '', { expiresAfter: 86_400_000, approvers: [], quorum: 1 }],
  [
    'terms of the Context',
    '',
    'approval: { expiresAfter: 1h, approvers: [ops, sec], quorum: 2 }',
    { expiresAfter: 3_600_000, approvers: ['ops', 'sec'], quorum: 2 },
  ],
  [
    'terms of both: the stricter',
    'approval: { expiresAfter: 30m, approvers: [sec, law], quorum: 1 }',
    'approval: { expiresAfter: 1h, approvers: [ops, sec], quorum: 2 }',
    { expiresAfter: 1_800_000, approvers: ['sec'], quorum: 2 },
  ],
  [
    'a group and its member',
    'approval: { approvers: [ops] }',
    'approval: { approvers: [alice, carol] }',
    { expiresAfter: 86_400_000, approvers: ['alice'], quorum: 1 },
  ],
  ['nobody in common', 'approval: { approvers: [sec] }', 'approval: { approvers: [alice] }', undefined],
  ['nobody at all', '', 'approval: { approvers: [] }', undefined],
])('approval: %s', (_, outer, inner, wanted) => {
  const people = `approvers:
  alice: { publicKey: a, groups: [ops] }
  bob: { publicKey: b, groups: [ops] }
  carol: { publicKey: c, groups: [law] }
  sec: { publicKey: d }`
  const user = host(`${people}\n${outer && `writes: { ${outer} }`}`)
  const text = context(`requireApprovalFor: ["files:write"]${inner && `, ${inner}`}`)
  const decision = decided(policyOf(text, { user }), catalogue, actionOf({ target: 'files:write' }))
  expect(decision.approval).toEqual(wanted)
  expect(decision.effect).toBe(wanted ? 'hold' : 'deny')
})

test('what is inherited: write controls and deny lists of every executor above', () => {
  const tree = (above: string) => `
specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: test, version: 1.0.0 }
orchestrator:
  name: top
  type: agent
  strategy: sequential
  policies: { ${above} }
  executors:
    - name: main
      type: agent
      policies: { toolAccess: { default: deny, allow: ["files:*"] } }
`
  const effect = (above: string) =>
    summary(decided(policyOf(tree(above), { user: host('') }), catalogue, actionOf({ target: 'files:write' })))
  expect(effect('')).toBe('allow context.tool-allowed')
  expect(effect('writeControls: { mode: propose-only }')).toBe('propose write.proposed context.tool-allowed')
  expect(effect('writeControls: { writes: ["files:*"] }')).toBe('allow context.tool-allowed')
  expect(effect('toolAccess: { default: deny, deny: ["files:w*"] }')).toBe(
    'deny context.tool-denied context.tool-allowed',
  )
  expect(effect('toolAccess: { default: deny, allow: [] }')).toBe('allow context.tool-allowed')
})
