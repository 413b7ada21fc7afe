import type { ActionKind } from '@ecp/protocol'
import { expect, test } from 'vitest'
import { actionOf, catalogueOf, decided, policyOf, summary } from '../../test/world.ts'
import { normalUri, uriGlob } from './uri.ts'

const catalogue = catalogueOf({})
const context = `
specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: test, version: 1.0.0 }
orchestrator:
  name: main
  type: agent
  strategy: sequential
  policies:
    resourceAccess:
      allow: ["docs:file:///srv/handbook/**", "docs:note://*/title"]
      prompts: ["docs:ask_*"]
    memoryAccess: { allowRead: true }
  executors:
    - { name: helper, type: agent }
    - { name: remote, type: agent, protocols: { agentOrchestration: { type: a2a } } }
    - { name: stranger, type: agent, protocols: { agentOrchestration: { type: a2a } } }
    - { name: curious, type: agent, protocols: { agentOrchestration: { type: a2a } }, ask: { title: Well?, assignee: ops, expiresAfter: 2h } }
    - { name: forbidden, type: agent, protocols: { agentOrchestration: { type: a2a } }, ask: { title: Well? } }
    - { name: here, type: agent, protocols: { agentOrchestration: { type: a2a } }, ask: { title: Well? } }
    - { name: person, type: human, ask: { title: Well? } }
    - { name: deterministic, type: tool }
    - { name: writer, type: agent, policies: { memoryAccess: { allowWrite: true } } }
plugins:
  version: "1"
  entries:
    - { name: deterministic, kind: executor, type: builtin, version: 1.0.0 }
    - { name: absent, kind: logger, type: npm, version: 1.0.0 }
`
const wiring = `
version: "0.5"
models:
  providers:
    openai: { defaultModel: small, supportedModels: [small, large, other] }
    plain: { defaultModel: only }
    keyed: { defaultModel: only, apiKey: { provider: session, key: K } }
tools: { servers: { docs: { transport: { type: stdio, command: d } }, web: { transport: { type: stdio, command: w } } } }
agents: { endpoints: { remote: "https://a.example/", stranger: "https://b.example/", curious: "https://c.example/", forbidden: "https://d.example/" } }
executors: { instances: { deterministic: {}, disallowed: {} } }
memory: { stores: { notes: {}, other: {} } }
loggers: { config: { console: {}, file: {} } }
plugins:
  installs:
    extra: { source: { type: npm, spec: extra }, pluginKind: logger }
    more: { source: { type: npm, spec: more }, pluginKind: logger }
`
const security = `
security:
  models: { allowProviders: [openai, plain, keyed], allowedModels: { openai: [small, other], plain: [only], keyed: [only] } }
  tools: { allowServers: [docs], allowSampling: [docs], allowElicitation: [docs] }
  agents: { allowEndpoints: [remote, curious] }
  executors: { allowExecutors: [deterministic] }
  memory: { allowStores: [notes] }
  loggers: { allowEnable: [console, extra] }
`
const plugins = (text: string) => `  plugins: ${text}\n`

const cases: [executor: string, kind: ActionKind, target: string, wanted: string][] = [
  ['main', 'model.generate', 'openai/small', 'allow host.model-allowed'],
  ['main', 'model.generate', 'openai/large', 'deny host.model-not-allowed'],
  ['main', 'model.generate', 'openai/unheard', 'deny host.model-not-supported host.model-not-allowed'],
  ['main', 'model.generate', 'plain/only', 'allow host.model-allowed'],
  [
    'main',
    'model.generate',
    'nobody/x',
    'deny host.provider-not-allowed host.provider-not-allowed host.model-not-allowed',
  ],
  [
    'main',
    'model.generate',
    'constructor/x',
    'deny host.provider-not-allowed host.provider-not-allowed host.model-not-allowed',
  ],
  ['main', 'model.generate', 'keyed/only', 'deny host.secret-provider-not-allowed'],
  ['person', 'model.generate', 'openai/small', 'deny host.model-not-allowed'],
  ['main', 'agent.delegate', 'helper', 'allow context.delegate-allowed'],
  ['main', 'agent.delegate', 'remote', 'allow host.endpoint-allowed context.delegate-allowed'],
  ['main', 'agent.delegate', 'stranger', 'deny host.endpoint-not-allowed context.delegate-allowed'],
  ['main', 'agent.delegate', 'main', 'deny context.delegate-not-allowed'],
  ['main', 'agent.delegate', 'nobody', 'deny context.delegate-not-allowed'],
  ['helper', 'agent.delegate', 'remote', 'deny context.delegate-not-allowed'],
  ['helper', 'agent.delegate', 'main', 'deny context.delegate-not-allowed'],
  ['main', 'memory.read', 'notes', 'allow context.memory-allowed'],
  ['main', 'memory.read', 'notes/today', 'allow context.memory-allowed'],
  ['main', 'memory.read', 'other', 'deny host.store-not-allowed context.memory-allowed'],
  ['main', 'memory.write', 'notes', 'deny context.memory-not-allowed'],
  ['writer', 'memory.write', 'notes', 'allow context.memory-allowed'],
  ['writer', 'memory.read', 'notes', 'deny context.memory-not-allowed'],
  ['main', 'resource.read', 'docs:file:///srv/handbook/a/b.md', 'allow context.resource-allowed'],
  ['main', 'resource.read', 'docs:file:///srv/handbook/../secret', 'deny context.resource-not-allowed'],
  ['main', 'resource.read', 'docs:file:///srv/handbook/%2e%2e/secret', 'deny context.resource-not-allowed'],
  ['main', 'resource.read', 'docs:FILE:///srv/handbook/a', 'allow context.resource-allowed'],
  ['main', 'resource.read', 'docs:note://a/title', 'allow context.resource-allowed'],
  ['main', 'resource.read', 'docs:note://a/b/title', 'deny context.resource-not-allowed'],
  ['main', 'resource.read', 'web:file:///srv/handbook/a', 'deny host.server-not-allowed context.resource-not-allowed'],
  ['helper', 'resource.read', 'docs:note://a/title', 'deny context.resource-not-allowed'],
  ['main', 'prompt.get', 'docs:ask_me', 'allow context.resource-allowed'],
  ['main', 'prompt.get', 'docs:other', 'deny context.resource-not-allowed'],
  ['main', 'completion.get', 'docs:ask_me', 'allow context.resource-allowed'],
  ['main', 'completion.get', 'docs:note://a/title', 'allow context.resource-allowed'],
  ['main', 'completion.get', 'docs:other', 'deny context.resource-not-allowed'],
  ['main', 'sampling.create', 'docs', 'allow host.request-allowed'],
  ['main', 'sampling.create', 'web', 'deny host.server-not-allowed host.request-not-allowed'],
  ['main', 'elicitation.create', 'docs', 'allow host.request-allowed'],
  ['person', 'human.ask', 'person', 'hold question.unanswered context.question-allowed'],
  ['main', 'human.ask', 'person', 'hold question.unanswered context.question-allowed'],
  ['helper', 'human.ask', 'person', 'deny context.delegate-not-allowed'],
  ['main', 'human.ask', 'helper', 'deny context.delegate-not-allowed'],
  ['curious', 'human.ask', 'curious', 'hold question.unanswered context.question-allowed'],
  ['curious', 'human.ask', 'person', 'deny context.delegate-not-allowed'],
  ['main', 'human.ask', 'curious', 'deny context.delegate-not-allowed'],
  ['helper', 'human.ask', 'curious', 'deny context.delegate-not-allowed'],
  ['remote', 'human.ask', 'remote', 'deny context.delegate-not-allowed'],
  ['here', 'human.ask', 'here', 'deny context.delegate-not-allowed'],
  [
    'forbidden',
    'human.ask',
    'forbidden',
    'deny host.endpoint-not-allowed question.unanswered context.question-allowed',
  ],
  ['main', 'plugin.load', 'console', 'allow host.plugin-allowed'],
  ['main', 'plugin.load', 'file', 'deny host.logger-not-allowed'],
  ['main', 'plugin.load', 'openai', 'allow host.plugin-allowed'],
  ['main', 'plugin.load', 'docs', 'allow host.plugin-allowed'],
  ['main', 'plugin.load', 'web', 'deny host.server-not-allowed'],
  ['main', 'plugin.load', 'notes', 'allow host.plugin-allowed'],
  ['main', 'plugin.load', 'other', 'deny host.store-not-allowed'],
  ['main', 'plugin.load', 'deterministic', 'allow host.plugin-allowed'],
  ['main', 'plugin.load', 'disallowed', 'deny host.executor-not-allowed'],
  ['main', 'plugin.load', 'extra', 'deny host.plugin-not-allowed'],
  ['main', 'plugin.load', 'absent', 'deny host.logger-not-allowed host.plugin-not-allowed'],
  ['main', 'plugin.load', 'unheard-of', 'deny host.plugin-not-allowed'],
  ['nobody', 'model.generate', 'openai/small', 'deny context.executor-unknown'],
]

test.each(cases)('%s: %s %s is %s', (executor, kind, target, wanted) => {
  const policy = policyOf(context, { user: `${wiring}${security}` })
  expect(summary(decided(policy, catalogue, actionOf({ executor, kind, target })))).toBe(wanted)
})

test.each(cases)('%s: %s %s is denied where security is empty', (executor, kind, target) => {
  const inside = (kind === 'human.ask' && executor !== 'curious') || (kind === 'agent.delegate' && target === 'helper')
  const policy = policyOf(context, { user: `${wiring}security: {}\n` })
  const { effect } = decided(policy, catalogue, actionOf({ executor, kind, target }))
  if (!inside) expect(effect).toBe('deny')
})

test('what an agent elsewhere asks is answered by whom its executor names, for as long as it says', () => {
  const policy = policyOf(context, { user: `${wiring}${security}` })
  const { approval } = decided(
    policy,
    catalogue,
    actionOf({ executor: 'curious', kind: 'human.ask', target: 'curious' }),
  )
  expect(approval).toEqual({ expiresAfter: 7_200_000, approvers: ['ops'], quorum: 1 })
})

const narrowed: [plugins: string, kind: ActionKind, target: string, wanted: string][] = [
  ['{}', 'model.generate', 'openai/small', 'deny host.plugin-kind-not-allowed host.plugin-source-not-allowed'],
  ['{ allowKinds: [provider] }', 'model.generate', 'openai/small', 'deny host.plugin-source-not-allowed'],
  [
    '{ allowKinds: [provider], allowSourceTypes: [builtin] }',
    'model.generate',
    'openai/small',
    'allow host.model-allowed',
  ],
  [
    '{ allowKinds: [provider], allowSourceTypes: [builtin], denyIds: [openai] }',
    'model.generate',
    'openai/small',
    'deny host.plugin-not-allowed',
  ],
  [
    '{ allowKinds: [tool] }',
    'memory.read',
    'notes',
    'deny host.plugin-kind-not-allowed host.plugin-source-not-allowed context.memory-allowed',
  ],
  [
    '{ allowKinds: [logger], allowSourceTypes: [npm], allowIds: [extra] }',
    'plugin.load',
    'extra',
    'allow host.plugin-allowed',
  ],
  ['{ allowKinds: [logger], allowSourceTypes: [npm] }', 'plugin.load', 'extra', 'deny host.plugin-not-allowed'],
  [
    '{ allowKinds: [logger], allowSourceTypes: [builtin], allowIds: [extra] }',
    'plugin.load',
    'extra',
    'deny host.plugin-source-not-allowed',
  ],
  ['{ allowKinds: [logger], allowSourceTypes: [builtin] }', 'plugin.load', 'console', 'allow host.plugin-allowed'],
]

test.each(narrowed)('security.plugins `%s`: %s %s is %s', (text, kind, target, wanted) => {
  const policy = policyOf(context, { user: `${wiring}${security}${plugins(text)}` })
  expect(summary(decided(policy, catalogue, actionOf({ kind, target })))).toBe(wanted)
})

const writes: [kind: ActionKind, target: string, pattern: string][] = [
  ['memory.write', 'notes', 'ecp:memory.write/notes'],
  ['memory.write', 'notes/today', 'ecp:memory.write/*'],
  ['plugin.load', 'console', 'ecp:plugin.load/console'],
  ['sampling.create', 'docs', 'ecp:sampling.create/*'],
  ['elicitation.create', 'docs', 'ecp:*'],
]

test.each(writes)('write controls hold for %s %s, named as `%s`', (kind, target, pattern) => {
  const host = (control: string) => `${wiring}${security}  writes: { ${control} }\n`
  const decide = (control: string) =>
    decided(policyOf(context, { user: host(control) }), catalogue, actionOf({ executor: 'writer', kind, target }))
  expect(decide('mode: forbid').effect).toBe('deny')
  expect(decide('mode: propose-only').effect).toBe('propose')
  expect(decide(`requireApprovalFor: ["${pattern}"]`).effect).toBe('hold')
  expect(decide('requireApprovalFor: ["ecp:other/*"]').effect).toBe('allow')
})

test('write controls say nothing about delegation and reads', () => {
  const policy = policyOf(context, { user: `${wiring}${security}  writes: { mode: forbid }\n` })
  const acts = (kind: ActionKind, target: string) => {
    const decision = decided(policy, catalogue, actionOf({ kind, target }))
    return `${decision.effect} ${decision.acts}`
  }
  expect(acts('agent.delegate', 'helper')).toBe('allow neither')
  expect(acts('model.generate', 'openai/small')).toBe('allow read')
  expect(acts('human.ask', 'person')).toBe('hold read')
})

test.each([
  ['file:///a/**', 'file:///a/b/c', true],
  ['file:///a/**', 'file:///a/', true],
  ['file:///a/**', 'file:///ab', false],
  ['file:///a/*', 'file:///a/b', true],
  ['file:///a/*', 'file:///a/b/c', false],
  ['file:///*/c', 'file:///a/c', true],
  ['file:///**/c', 'file:///a/b/c', true],
  ['file:///a', 'file:///a', true],
  ['file:///a', 'file:///ab', false],
  ['**', 'x:y', true],
])('the URI glob `%s` on `%s` is %s', (pattern, uri, wanted) => {
  expect(uriGlob(pattern)(uri)).toBe(wanted)
})

test.each([
  ['file:///a/./b'],
  ['file:///a/..'],
  ['file:///a%2Fb'],
  ['file:///a%5cb'],
  ['file:///a\\b'],
  ['file:///a b'],
  ['file:///a\u0000'],
  ['relative/path'],
  [''],
  [`file:///${'a'.repeat(5_000)}`],
])('`%s` has no normal form', (uri) => {
  expect(normalUri(uri)).toBe(undefined)
})

test('a hostile URI glob ends: one that tries every way does not, within the time that every test has', () => {
  expect(uriGlob('*a**'.repeat(70))(`${'a'.repeat(4_000)}/`)).toBe(true)
  expect(uriGlob(`${'**a'.repeat(90)}b`)('a'.repeat(4_096))).toBe(false)
})
