import { place } from '@ecp/protocol'
import { expect, test } from 'vitest'
import { actionOf, catalogueOf, contextWith, decided, hostWith, policyOf, reads } from '../test/world.ts'
import { acts, explain, toolEffect, visibleTools } from './index.ts'

const catalogue = catalogueOf({
  'files:read': reads,
  'files:write': {},
  'files:delete': {},
  'web:get': reads,
  'bank:send': {},
  'bank:hold': {},
  'bank:broken': {},
})
const policy = policyOf(
  contextWith(`toolAccess:
  default: deny
  allow:
    - "files:*"
    - { tool: "bank:send", when: "args.amount <= 500" }
    - bank:hold
  deny:
    - "*:delete*"
    - { tool: "files:read", when: "args.path == '/'" }
writeControls:
  requireApprovalFor: ["bank:hold"]
memoryAccess: { allowRead: true }
resourceAccess: { allow: ["files:file:///a/**", "web:**"] }`),
  {
    user: `
version: "0.5"
tools: { servers: { files: { transport: { type: stdio, command: f } }, bank: { transport: { type: stdio, command: b } }, web: { transport: { type: stdio, command: w } } } }
models: { providers: { p: { defaultModel: m, supportedModels: [m, n] } } }
memory: { stores: { notes: {} } }
security:
  tools: { allowServers: [files, bank] }
  models: { allowProviders: [p], allowedModels: { p: [m] } }
  memory: { allowStores: [notes] }
`,
  },
)

test('what may be shown is what could be allowed, held or proposed', () => {
  expect(visibleTools(policy, catalogue, 'main')).toEqual(['bank:hold', 'bank:send', 'files:read', 'files:write'])
  expect(visibleTools(policy, catalogue, 'nobody')).toEqual([])
})

test('explain says for each executor and tool what would happen, and which line says so', () => {
  const lines = explain(policy, catalogue).map(
    ({ executor, kind, target, outlook, acts, reasons, conditions }) =>
      `${executor} ${kind} ${target} ${outlook} ${acts}: ${[
        ...reasons.map(({ code, rule }) => `${code}${rule ? ` ${place(rule)}` : ''}`),
        ...conditions.map(({ list, source, entry }) => `${list} when ${source} ${entry.rule ? place(entry.rule) : ''}`),
      ].join(', ')}`,
  )
  expect(lines).toEqual([
    'main tool.call bank:broken denied write: context.tool-not-allowed context.yaml:12:9',
    'main tool.call bank:hold held write: write.needs-approval context.yaml:20:30, context.tool-allowed context.yaml:15:13',
    'main tool.call bank:send conditional write: allow when args.amount <= 500 context.yaml:14:13',
    'main tool.call files:delete denied write: context.tool-denied context.yaml:17:13, context.tool-allowed context.yaml:13:13',
    "main tool.call files:read conditional read: context.tool-allowed context.yaml:13:13, deny when args.path == '/' context.yaml:18:13",
    'main tool.call files:write allowed write: context.tool-allowed context.yaml:13:13',
    'main tool.call web:get denied read: host.server-not-allowed user.yaml:7:12, context.tool-not-allowed context.yaml:12:9',
    'main model.generate p/m allowed read: host.model-allowed user.yaml:4:24',
    'main model.generate p/n denied read: host.model-not-allowed user.yaml:8:51',
    'main memory.read notes allowed read: context.memory-allowed context.yaml:21:23',
    'main memory.write notes denied write: context.memory-not-allowed context.yaml:21:7',
    'main resource.read files:file:///a/** allowed read: context.resource-allowed context.yaml:22:33',
    'main resource.read web:** denied read: host.server-not-allowed user.yaml:7:12, context.resource-allowed context.yaml:22:55',
  ])
})

test('explain and decide agree on what depends on no arguments', () => {
  const outlooks = { allow: 'allowed', deny: 'denied', hold: 'held', propose: 'proposed' }
  for (const { kind, target, outlook, acts: acting } of explain(policy, catalogue)) {
    if (outlook === 'conditional' || kind === 'resource.read') continue
    const decision = decided(policy, catalogue, actionOf({ kind, target }))
    expect([target, outlooks[decision.effect], decision.acts]).toEqual([target, outlook, acting])
    expect(acts(policy, catalogue, actionOf({ kind, target }))).toBe(acting)
  }
})

test('an effect comes with its reason', () => {
  const why = (target: string) => toolEffect(policy, undefined, target, catalogue.tools[target])
  expect(why('files:read')).toEqual({ acts: 'read', why: 'its pinned definition has `readOnlyHint: true`' })
  expect(why('nowhere:x')).toEqual({ acts: 'write', why: 'nothing that is trusted says that it only reads' })
})

test('a default of the Context counts where the host lets it, and for reads only', () => {
  const outlooks = (security: string) => {
    const open = policyOf(contextWith('toolAccess: { default: allow }'), { user: hostWith(`tools: { ${security} }`) })
    return visibleTools(open, catalogue, 'main')
  }
  expect(outlooks('allowServers: [files], allowContextDefault: true')).toEqual(['files:read'])
  expect(outlooks('allowServers: [files], allowContextDefault: false')).toEqual([])
  expect(outlooks('allowServers: [files]')).toEqual([])
  expect(outlooks('allowServers: [], allowContextDefault: true')).toEqual([])
})
