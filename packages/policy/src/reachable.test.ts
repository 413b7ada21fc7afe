import { parseContext, parseHostConfig } from '@ecp/protocol'
import { expect, test } from 'vitest'
import { compile, load, reachableServers } from './index.ts'

const host = parseHostConfig(
  `version: "0.5"
tools:
  servers:
    files: { transport: { type: stdio, command: files } }
    mail: { transport: { type: stdio, command: mail } }
    bank: { transport: { type: stdio, command: bank } }
security: { tools: { allowServers: [files, mail] } }
`,
  'ecp.config.yaml',
)

function reachable(access: string): string[] {
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
  ['{ default: deny, allow: ["*:read_*"] }', ['files', 'mail']],
  ['{ default: deny, allow: [{ tool: "m*:send", when: "true" }] }', ['mail']],
  ['{ default: deny, allow: ["bank:pay"] }', []],
  ['{ default: allow }', ['files', 'mail']],
  ['{ default: deny }', []],
])('toolAccess %s reaches %j', (access, servers) => {
  expect(reachable(access)).toEqual(servers)
})
