import { expect, test } from 'vitest'
import { actionOf, catalogueOf, contextWith, decided, hostWith, policyOf, reads, summary } from '../../test/world.ts'

const catalogue = catalogueOf({ 'files:read': reads, 'own:read': reads })
const context = contextWith('toolAccess: { default: deny, allow: ["files:read", "own:read"] }')
const host = (security: string) => hostWith(security, ['files', 'web'])
const project = (security: string) => hostWith(security, ['own'])
const bare = (security: string) => `version: "0.5"\nsecurity: ${security}\n`

type Layers = { machine?: string; user?: string; project?: string }
const files: [title: string, layers: Layers, wanted: string][] = [
  ['one layer that allows it', { user: host('tools: { allowServers: [files] }') }, 'allow'],
  ['one layer that does not', { user: host('tools: { allowServers: [web] }') }, 'host.server-not-allowed'],
  ['an empty list', { user: host('tools: { allowServers: [] }') }, 'host.server-not-allowed'],
  ['a missing list', { user: host('tools: {}') }, 'host.server-not-allowed'],
  ['a security that does not name tools', { user: host('network: {}') }, 'host.server-not-allowed'],
  [
    'no security at all',
    { user: 'version: "0.5"\ntools: { servers: { files: { transport: { type: stdio, command: f } } } }\n' },
    'host.server-not-allowed',
  ],
  [
    'an outer layer that does not name tools does not constrain',
    { machine: bare('{ network: {} }'), user: host('tools: { allowServers: [files] }') },
    'allow',
  ],
  [
    'two layers intersect',
    {
      machine: hostWith('tools: { allowServers: [web] }', ['web']),
      user: hostWith('tools: { allowServers: [files] }', ['files']),
    },
    'host.server-not-allowed',
  ],
  [
    'the project narrows',
    { user: host('tools: { allowServers: [files] }'), project: bare('{ tools: { allowServers: [] } }') },
    'host.server-not-allowed',
  ],
  ['a ceiling that fits', { user: host('tools: { allowServers: [files], allow: ["files:r*"] }') }, 'allow'],
  ['a ceiling that does not', { user: host('tools: { allowServers: [files], allow: ["web:*"] }') }, 'host.tool-denied'],
  ['an empty ceiling', { user: host('tools: { allowServers: [files], allow: [] }') }, 'host.tool-denied'],
  ['a deny list', { user: host('tools: { allowServers: [files], deny: ["*:read"] }') }, 'host.tool-denied'],
  [
    'the project denies too',
    {
      user: host('tools: { allowServers: [files] }'),
      project: bare('{ tools: { allowServers: [files], deny: ["files:*"] } }'),
    },
    'host.tool-denied',
  ],
  [
    'plugins without kinds',
    { user: host('tools: { allowServers: [files] }\nplugins: {}') },
    'host.plugin-kind-not-allowed',
  ],
  [
    'plugins without kind tool',
    { user: host('tools: { allowServers: [files] }\nplugins: { allowKinds: [provider] }') },
    'host.plugin-kind-not-allowed',
  ],
  [
    'plugins with kind tool',
    { user: host('tools: { allowServers: [files] }\nplugins: { allowKinds: [tool] }') },
    'allow',
  ],
  [
    'a denied id',
    { user: host('tools: { allowServers: [files] }\nplugins: { allowKinds: [tool], denyIds: [files] }') },
    'host.plugin-not-allowed',
  ],
]

test.each(files)('a server of the user: %s', (_, layers, wanted) => {
  const decision = decided(policyOf(context, layers), catalogue, actionOf({ target: 'files:read' }))
  const against = decision.reasons.filter(({ code }) => code !== 'context.tool-allowed').map(({ code }) => code)
  expect(decision.effect === 'allow' ? 'allow' : [...new Set(against)].join(' ')).toBe(wanted)
})

const own: [title: string, outer: Layers, security: string, wanted: string][] = [
  ['no outer layer: its own security stands', {}, 'tools: { allowServers: [own] }', 'allow'],
  [
    'no outer layer, and its own security does not name it',
    {},
    'tools: { allowServers: [] }',
    'deny host.server-not-allowed',
  ],
  [
    'an outer layer by default',
    { user: host('tools: { allowServers: [files] }') },
    'tools: { allowServers: [own] }',
    'deny host.server-not-allowed',
  ],
  [
    'an outer layer that names nothing',
    { user: bare('{ network: {} }') },
    'tools: { allowServers: [own] }',
    'deny host.server-not-allowed',
  ],
  [
    'an outer layer that lets it',
    { user: host('tools: { allowProjectServers: true }') },
    'tools: { allowServers: [own] }',
    'allow',
  ],
  [
    'the project need not name tools then',
    { user: host('tools: { allowProjectServers: true }') },
    'network: {}',
    'allow',
  ],
  [
    'but may narrow',
    { user: host('tools: { allowProjectServers: true }') },
    'tools: { allowServers: [] }',
    'deny host.server-not-allowed',
  ],
  [
    'only in a sandbox',
    { user: host('tools: { allowProjectServers: sandboxed }') },
    'tools: { allowServers: [own] }',
    'deny host.server-not-allowed',
  ],
  [
    'one of two outer layers',
    { machine: bare('{ tools: { allowProjectServers: true } }'), user: bare('{ tools: {} }') },
    'tools: { allowServers: [own] }',
    'deny host.server-not-allowed',
  ],
  [
    'both outer layers',
    {
      machine: bare('{ tools: { allowProjectServers: true } }'),
      user: bare('{ tools: { allowProjectServers: true } }'),
    },
    'tools: { allowServers: [own] }',
    'allow',
  ],
  [
    'an outer ceiling holds for it',
    { user: host('tools: { allowProjectServers: true, allow: ["files:*"] }') },
    'tools: { allowServers: [own] }',
    'deny host.tool-denied',
  ],
]

test.each(own)('a server of the project: %s', (_, outer, security, wanted) => {
  const policy = policyOf(context, { ...outer, project: project(security) })
  const decision = decided(policy, catalogue, actionOf({ target: 'own:read' }))
  expect(summary(decision).replace(' context.tool-allowed', '')).toBe(wanted)
})

test.each([
  ['secrets: { allowProviders: [process.env] }', 'allow context.tool-allowed'],
  ['secrets: { allowProviders: [session] }', 'deny host.secret-provider-not-allowed context.tool-allowed'],
  ['secrets: {}', 'deny host.secret-provider-not-allowed context.tool-allowed'],
  ['', 'deny host.secret-provider-not-allowed context.tool-allowed'],
])('a server with a bound secret: `%s`', (secrets, wanted) => {
  const user = `
version: "0.5"
tools:
  servers:
    files:
      transport: { type: stdio, command: files }
      credentials:
        bindings:
          - { name: A, source: { provider: process.env, key: A } }
          - { name: B, source: { provider: process.env, key: B } }
security:
  tools: { allowServers: [files] }
  ${secrets}
`
  expect(summary(decided(policyOf(context, { user }), catalogue, actionOf()))).toBe(wanted)
})

test.each([
  ['plugins: { version: "1", security: {} }', 'deny host.plugin-kind-not-allowed context.tool-allowed'],
  ['plugins: { version: "1", security: { allowKinds: [tool] } }', 'allow context.tool-allowed'],
  [
    'plugins: { version: "1", security: { allowKinds: [tool], denyIds: [files] } }',
    'deny host.plugin-not-allowed context.tool-allowed',
  ],
])('the Context narrows: `%s`', (more, wanted) => {
  const policy = policyOf(`${context}${more}`, { user: host('tools: { allowServers: [files] }') })
  expect(summary(decided(policy, catalogue, actionOf()))).toBe(wanted)
})

test('every reason is given at once, with the places of the rules', () => {
  const policy = policyOf(contextWith('toolAccess: { default: deny, deny: ["files:*"] }'), {
    machine: bare('{ tools: { allowServers: [], deny: ["*:read"] } }'),
    user: host('tools: { allowServers: [] }'),
  })
  const decision = decided(policy, catalogue, actionOf({ arguments: { a: '[secret:session:x]' } }))
  expect(
    decision.reasons.map(({ code, layer, rule }) => `${code} ${layer} ${rule ? `${rule.file}:${rule.line}` : '-'}`),
  ).toEqual([
    'host.server-not-allowed machine machine.yaml:2',
    'host.tool-denied machine machine.yaml:2',
    'host.server-not-allowed user user.yaml:8',
    'context.tool-not-allowed context context.yaml:10',
    'context.tool-denied context context.yaml:10',
    'secret.in-arguments run -',
  ])
})
