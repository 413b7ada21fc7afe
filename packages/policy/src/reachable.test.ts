import { parseContext, parseHostConfig } from '@ecp/protocol'
import { expect, test } from 'vitest'
import { compile, load, reachableServers } from './index.ts'

function reachable(access: string, tools = 'allowServers: [files, mail]'): string[] {
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
executors: [{ name: a, type: agent, policies: { toolAccess: ${access} } }]
`,
    'context.yaml',
  )
  expect([context.diagnostics, host.diagnostics]).toEqual([[], []])
  if (!context.document || !host.document) throw new Error('the documents above are valid')
  const data = compile({ context: context.document, host: [{ layer: 'user', document: host.document }], inputs: {} })
  return reachableServers(load(data, ''), 'a')
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
