import { describe, expect, test } from 'vitest'
import { edited, marked, sample } from '../../test/marked.ts'
import { type Diagnostic, parseContext } from '../index.ts'

const minimal = sample('minimal.context.yaml')

/** What is written instead of a part of the smallest Context, where the fault is, and what is said about it. */
type Case = readonly [title: string, part: string, by: string, wanted: Partial<Diagnostic>]

const typos: readonly Case[] = [
  ['a name that moves the cursor', 'name: assistant, version', 'name: «"a\\e[2J"», version', { code: 'wrong-value' }],
  [
    'a server with a colon in a mount',
    'type: agent',
    'type: agent\n    mounts: [{ name: m, stage: seed, from: { server: «"a:b"», tool: c } }]',
    { code: 'wrong-value' },
  ],
  [
    'a schema that no reference can name',
    'executors:',
    'schemas: { «my-plan»: {} }\nexecutors:',
    { code: 'wrong-value' },
  ],
  [
    'a budget for something that is no tool',
    'toolAccess:',
    'budgets: { perTool: { «bank»: { maxCalls: 1 } } }\n      toolAccess:',
    { code: 'wrong-value' },
  ],
  [
    'a value in another case',
    'default: deny',
    'default: «Deny»',
    { code: 'wrong-value', nearest: 'deny', expected: ['deny', 'allow'] },
  ],
  ['a misspelt key', 'default: deny', '«defualt»: deny', { code: 'unknown-key', nearest: 'default' }],
  ['a misspelt block', 'toolAccess:', '«toolacces»:', { code: 'unknown-key', nearest: 'toolAccess' }],
  [
    'a missing default',
    'toolAccess:\n        default: deny',
    '«toolAccess»:',
    { code: 'missing-key', expected: ['default: deny'] },
  ],
  [
    'text instead of a list',
    'allow: ["jira:*"]',
    'allow: «jira:*»',
    { code: 'wrong-type', expected: ['a list'], nearest: '["jira:*"]' },
  ],
  ['an unknown strategy', 'strategy: single', 'strategy: «singel»', { code: 'wrong-value', nearest: 'single' }],
  ['another specVersion', 'ecp/v0.5-draft', '«ecp/v0.4»', { code: 'unsupported', expected: ['ecp/v0.5-draft'] }],
  ['another kind', 'kind: Context', 'kind: «context»', { code: 'wrong-value', nearest: 'Context' }],
  [
    'a version that is a number',
    'version: 1.0.0',
    'version: «1.0»',
    { code: 'wrong-type', expected: ['text, in quotes'] },
  ],
  [
    'a version that is no semver',
    'version: 1.0.0',
    'version: «v1»',
    { code: 'wrong-value', expected: ['a semantic version such as 1.0.0'] },
  ],
  ['nothing where a list belongs', 'allow: ["jira:*"]', 'allow:«»', { code: 'wrong-type' }],
  ['a tool without a server', '["jira:*"]', '[«jira»]', { code: 'wrong-value' }],
  ['a number as a tool', '["jira:*"]', '["jira:a", «7»]', { code: 'wrong-type', expected: ['text or a mapping'] }],
  [
    'a misspelt key of a tool rule',
    '["jira:*"]',
    '[{ tool: "jira:*", «wen»: "true" }]',
    { code: 'unknown-key', nearest: 'when' },
  ],
  ['a tool rule without its tool', '["jira:*"]', '[«{ when: "true" }»]', { code: 'missing-key' }],
  ['a key that stands twice', 'type: agent', 'type: agent\n    «type»: agent', { code: 'duplicate' }],
  ['a budget of nothing', 'toolAccess:', 'budgets: { maxToolCalls: «0» }\n      toolAccess:', { code: 'wrong-value' }],
  ['a budget below zero', 'toolAccess:', 'budgets: { maxCostUsd: «-1» }\n      toolAccess:', { code: 'wrong-value' }],
  [
    'half a call',
    'toolAccess:',
    'budgets: { maxToolCalls: «1.5» }\n      toolAccess:',
    { code: 'wrong-type', expected: ['a whole number'] },
  ],
  [
    'an unknown write mode',
    'toolAccess:',
    'writeControls: { mode: «propose_only» }\n      toolAccess:',
    { code: 'wrong-value', nearest: 'propose-only' },
  ],
  ['a key of every object', 'kind: Context', 'kind: Context\n«constructor»: 1', { code: 'unknown-key' }],
  ['a prototype', 'kind: Context', 'kind: Context\n«__proto__»: { kind: x }', { code: 'unknown-key' }],
  [
    'no type',
    '- name: assistant\n    type: agent\n    policies:',
    '- name: assistant\n    «typ»: agent\n    policies:',
    { code: 'unknown-key', nearest: 'type' },
  ],
]

describe('typos in a Context fail closed, at their place', () => {
  test.each(typos)('%s', (_title, part, by, wanted) => {
    const { text, range } = marked(edited(minimal, part, by), 'c.yaml')
    const { document, diagnostics } = parseContext(text, 'c.yaml')
    expect(document).toBeUndefined()
    expect(diagnostics).toMatchObject([{ severity: 'error', ...wanted, range }])
  })
})

test('the samples are Contexts without a word to say about them', () => {
  for (const file of ['minimal.context.yaml', 'flat.context.yaml', 'tree.context.json']) {
    expect(parseContext(sample(file), file)).toMatchObject({ document: { file }, diagnostics: [] })
  }
})

test('every fault is said at once, in the order of the text, also behind a fault of the schema', () => {
  const text = edited(
    edited(edited(minimal, 'kind: Context', 'kind: Contxt'), 'single', 'solo'),
    '["jira:*"]',
    '["jira:*", { tool: "a:b", when: "args." }]\n      budgts: {}',
  )
  const { diagnostics } = parseContext(text, 'c.yaml')
  expect(diagnostics.map(({ code, range }) => [code, range.line])).toEqual([
    ['wrong-value', 2],
    ['wrong-value', 4],
    ['condition', 11],
    ['unknown-key', 12],
  ])
})

test('what is only missing because it is faulty is not said to be missing', () => {
  const text = edited(minimal, '- name: assistant\n    type: agent', '- name: assistant\n    type: robot')
  expect(parseContext(text, 'c.yaml').diagnostics.map(({ code }) => code)).toEqual(['wrong-value'])
  const misspelt = edited(
    minimal,
    '- name: assistant\n    type: agent',
    '- name: assistant\n    type: human\n    aks: { title: a }',
  )
  expect(parseContext(misspelt, 'c.yaml').diagnostics).toMatchObject([{ code: 'unknown-key', nearest: 'ask' }])
})

test('a Context that sets how a provider is reached is told that the host does, and its value is not repeated', () => {
  const keys = ['apiKey', 'endpoint', 'headers', 'token', 'baseURL', 'base_url', 'API_KEY']
  for (const key of keys) {
    const model = edited(minimal, 'type: agent', `type: agent\n    model: { provider: openai, «${key}»: sk-12345678 }`)
    const config = `${minimal}plugins: { version: "1", config: { openai: { deep: [{ «${key}»: sk-12345678 }] } } }\n`
    const provider = edited(
      minimal,
      'type: agent',
      `type: agent\n    model: { provider: { name: openai, «${key}»: sk-12345678 } }`,
    )
    const entry = `${minimal}plugins: { version: "1", providers: [{ name: p, kind: provider, type: npm, version: "1", «${key}»: sk-12345678 }] }\n`
    for (const written of [model, config, provider, entry]) {
      const { text, range } = marked(written, 'c.yaml')
      const { document, diagnostics } = parseContext(text, 'c.yaml')
      expect(document).toBeUndefined()
      expect(diagnostics).toMatchObject([{ code: 'unknown-key', range }])
      expect(diagnostics[0]?.sensitive ?? false).toBe(/key|headers|token/i.test(key))
      expect(diagnostics[0]?.message).toContain('set by the host alone')
      expect(JSON.stringify(diagnostics)).not.toContain('sk-1234')
    }
  }
})

test('places reach into texts', () => {
  const { document } = parseContext(sample('flat.context.yaml'), 'c.yaml')
  const path = ['executors', 0, 'policies', 'toolAccess', 'allow', 2, 'when']
  const whole = document?.at(path)
  expect(document?.partAt(path, 5, 6)).toMatchObject({ line: whole?.line, column: (whole?.column ?? 0) + 6 })
  expect(document?.keyAt(['executors', 0, 'name'])).toMatchObject({ column: 5 })
  expect(document?.at(['executors', 0, 'nothing', 'here'])).toMatchObject({ line: document?.at(['executors', 0]).line })
})
