import { canonical } from '@ecp/protocol'
import { expect, test } from 'vitest'
import { actionOf, catalogueOf, contextWith, decided, hostWith, policyOf, reads, summary } from '../test/world.ts'
import { load } from './index.ts'

const catalogue = catalogueOf({
  'files:read': reads,
  'files:write': {},
  'files:read_all': reads,
  'bank:send': { inputSchema: { type: 'object', properties: { amount: { type: 'number' } }, required: ['amount'] } },
})
const open = hostWith('tools: { allowServers: [files, web, bank] }')

const lists: [title: string, access: string, target: string, args: object, wanted: string][] = [
  ['an exact entry', 'allow: ["files:read"]', 'files:read', {}, 'allow context.tool-allowed'],
  ['no entry', 'allow: []', 'files:read', {}, 'deny context.tool-not-allowed'],
  ['no list', '', 'files:read', {}, 'deny context.tool-not-allowed'],
  ['a glob', 'allow: ["files:read*"]', 'files:read_all', {}, 'allow context.tool-allowed'],
  [
    'a glob that fits no pinned tool',
    'allow: ["files:*"]',
    'files:gone',
    {},
    'deny context.tool-not-allowed tool.unknown',
  ],
  ['a tool that is not pinned', 'allow: ["files:gone"]', 'files:gone', {}, 'deny tool.unknown context.tool-allowed'],
  [
    'deny wins',
    'allow: ["files:read"], deny: ["*:re*"]',
    'files:read',
    {},
    'deny context.tool-denied context.tool-allowed',
  ],
  [
    'a condition that holds',
    'allow: [{ tool: "bank:send", when: "args.amount <= 500" }]',
    'bank:send',
    { amount: 500 },
    'allow context.tool-allowed',
  ],
  [
    'a condition that does not hold',
    'allow: [{ tool: "bank:send", when: "args.amount <= 500" }]',
    'bank:send',
    { amount: 500.5 },
    'deny context.condition-false',
  ],
  [
    'a condition that cannot be evaluated, on an allow entry',
    'allow: [{ tool: "files:read", when: "args.path == 1" }]',
    'files:read',
    {},
    'deny context.condition-error',
  ],
  [
    'one of two conditions',
    'allow: [{ tool: "bank:send", when: "args.amount < 1" }, { tool: "bank:*", when: "args.amount > 1" }]',
    'bank:send',
    { amount: 2 },
    'allow context.tool-allowed',
  ],
  [
    'a condition that cannot be evaluated, on a deny entry',
    'allow: ["files:read"], deny: [{ tool: "files:read", when: "args.path == 1" }]',
    'files:read',
    {},
    'deny context.condition-error context.tool-allowed',
  ],
  [
    'a condition on a deny entry',
    `allow: ["files:read"], deny: [{ tool: "files:read", when: "!within(args.path, '/srv')" }]`,
    'files:read',
    { path: '/srv/../etc/passwd' },
    'deny context.tool-denied context.tool-allowed',
  ],
  [
    'arguments that do not fit',
    'allow: ["bank:send"]',
    'bank:send',
    { amount: 'x' },
    'deny context.arguments-invalid context.tool-allowed',
  ],
  [
    'a server that is not wired',
    'allow: ["mail:send"]',
    'mail:send',
    {},
    'deny host.server-not-wired tool.unknown context.tool-allowed',
  ],
]

test.each(lists)('lists: %s', (_, access, target, args, wanted) => {
  const policy = policyOf(contextWith(`toolAccess: { default: deny, ${access} }`), { user: open })
  expect(summary(decided(policy, catalogue, actionOf({ target, arguments: args as never })))).toBe(wanted) // reason: a table's object is JSON
})

test.each([
  ['as it was pinned', undefined, 'allow context.tool-allowed'],
  ['seen again as it was', 'digest of files:read', 'allow context.tool-allowed'],
  ['changed since', 'another digest', 'deny tool.definition-changed context.tool-allowed'],
])('a definition %s', (_, observed, wanted) => {
  const policy = policyOf(contextWith('toolAccess: { default: deny, allow: ["files:read"] }'), { user: open })
  const pinned = catalogue.tools['files:read']
  const tools = pinned ? { 'files:read': observed === undefined ? pinned : { ...pinned, observed } } : {}
  expect(summary(decided(policy, { tools }, actionOf()))).toBe(wanted)
})

test('names of any length are cut in messages, and what was cut is still canonical', () => {
  const policy = policyOf(contextWith('toolAccess: { default: deny }'), { user: open })
  const decision = decided(policy, catalogue, actionOf({ target: `files:${'\u{1f600}'.repeat(100_000)}` }))
  expect(canonical(decision).length).toBeLessThan(20_000)
})

test('data of another format is refused', () => {
  const { data } = policyOf(contextWith('toolAccess: { default: deny }'), { user: open })
  // reason: what an older or newer version could have written
  const other = { ...data, format: 2 } as unknown as typeof data
  expect(() => load(other, '')).toThrow(expect.objectContaining({ code: 'policy.unreadable' }))
})

test('a time that is no date is no action: a condition on `now` could not see it', () => {
  const access = `allow: ["files:read"], deny: [{ tool: "files:read", when: "now > timestamp('2020-01-01T00:00:00Z')" }]`
  const policy = policyOf(contextWith(`toolAccess: { default: deny, ${access} }`), { user: open })
  expect(decided(policy, catalogue, actionOf({ at: 1_800_000_000_000 })).effect).toBe('deny')
  expect(decided(policy, catalogue, actionOf({ at: 1_500_000_000_000 })).effect).toBe('allow')
  expect(decided(policy, catalogue, actionOf({ at: 1e300 })).effect).toBe('deny')
})
