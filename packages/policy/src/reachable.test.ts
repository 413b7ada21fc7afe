import { parseContext, parseHostConfig } from '@ecp/protocol'
import { expect, test } from 'vitest'
import { compile, load, mayRead, type Policy, reachableServers } from './index.ts'

function policyOf(policies: string, tools: string): Policy {
  const host = parseHostConfig(
    `version: "0.5"
tools:
  servers:
    files: { transport: { type: stdio, command: files } }
    mail:
      transport: { type: stdio, command: mail }
      credentials: { bindings: [{ name: TOKEN, source: { provider: process.env, key: TOKEN } }] }
    bank: { transport: { type: stdio, command: bank } }
security: { tools: { ${tools} } }
`,
    'ecp.config.yaml',
  )
  const context = parseContext(
    `specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: c, version: 1.0.0 }
orchestration: { entrypoint: a, strategy: single }
executors: [{ name: a, type: agent, policies: { ${policies} } }]
`,
    'context.yaml',
  )
  expect([context.diagnostics, host.diagnostics]).toEqual([[], []])
  if (!context.document || !host.document) throw new Error('the documents above are valid')
  const data = compile({ context: context.document, host: [{ layer: 'user', document: host.document }], inputs: {} })
  return load(data, '')
}

function reachable(access: string, tools = 'allowServers: [files, mail]'): string[] {
  return reachableServers(policyOf(`toolAccess: ${access}`, tools), 'a')
}

test.each([
  ['{ default: deny, allow: ["files:read_*"] }', ['files']],
  // `mail` has a secret from a provider that nothing allows: who starts it is to stop and say so.
  ['{ default: deny, allow: ["*:read_*"] }', ['files', 'mail']],
  ['{ default: deny, allow: [{ tool: "m*:send", when: "true" }] }', ['mail']],
  ['{ default: deny, allow: ["bank:pay"] }', []],
  ['{ default: allow }', []],
  ['{ default: deny }', []],
])('toolAccess %s reaches %j', (access, servers) => {
  expect(reachable(access)).toEqual(servers)
})

test('a default reaches what the host allows where the host lets it count', () => {
  const tools = 'allowServers: [files, mail], allowContextDefault: true'
  expect(reachable('{ default: allow }', tools)).toEqual(['files', 'mail'])
})

test.each([
  ['{ allow: ["files:file:///srv/**"] }', ['files']],
  ['{ prompts: ["mail:*"] }', ['mail']],
  ['{ allow: ["bank:file:///**"] }', []],
  ['{ allow: [], prompts: [] }', []],
])('resourceAccess %s reaches %j', (access, servers) => {
  expect(reachableServers(policyOf(`resourceAccess: ${access}`, 'allowServers: [files, mail]'), 'a')).toEqual(servers)
})

test.each([
  ['resource.read', 'files:file:///srv/a', true],
  ['resource.read', 'files:file:///srv/{name}', true],
  ['resource.read', 'files:file:///etc/passwd', false],
  ['resource.read', 'files:file:///srv/../etc/passwd', false],
  ['resource.read', 'bank:file:///srv/a', false],
  ['resource.read', 'files:ask', false],
  ['prompt.get', 'files:ask', true],
  // Its secret comes from a provider that nothing allows.
  ['prompt.get', 'mail:ask', false],
  ['prompt.get', 'files:other', false],
  ['prompt.get', 'files:file:///srv/a', false],
] as const)('may read: %s %s is %s', (kind, target, wanted) => {
  const access = 'resourceAccess: { allow: ["*:file:///srv/**"], prompts: ["*:ask"] }'
  const policy = policyOf(access, 'allowServers: [files, mail]')
  expect(mayRead(policy, 'a', kind, target)).toBe(wanted)
  expect(mayRead(policy, 'nobody', kind, target)).toBe(false)
  expect(mayRead(policyOf(access, 'allowServers: []'), 'a', kind, target)).toBe(false)
})
