import { expect, test } from 'vitest'
import { actionOf, catalogueOf, contextWith, hostWith, policyOf, reads, summary, Tally } from '../test/world.ts'
import { counters, decide, draws, remainingRuntimeMs } from './index.ts'

const catalogue = catalogueOf({ 'files:read': reads, 'web:get': reads, 'bank:send': reads })
const access = 'toolAccess: { default: deny, allow: ["*:*"] }'
const host = (more = '') => hostWith(`tools: { allowServers: [files, web, bank] }\n${more}`)
const tally = (budgets: string, security = '', more = '') =>
  new Tally(
    policyOf(contextWith(`${access}\n${budgets && `budgets: ${budgets}`}${more}`), { user: host(security) }),
    catalogue,
  )

/** Distinct actions, so that none repeats another. */
const calls = (of: Tally, count: number, given: Parameters<Tally['decide']>[0] = {}): string[] =>
  Array.from({ length: count }, (_, i) => of.decide({ digest: `digest ${i} ${JSON.stringify(given)}`, ...given })).map(
    (decision) =>
      decision.effect === 'allow'
        ? 'allow'
        : decision.reasons
            .map(({ code }) => code)
            .filter((code) => code.startsWith('budget'))
            .join(),
  )

test('maxToolCalls: as many as it says', () => {
  expect(calls(tally('{ maxToolCalls: 2 }'), 4)).toEqual(['allow', 'allow', 'budget.tool-calls', 'budget.tool-calls'])
})

test('maxToolCalls holds for one run and executor; resources and prompts count as well', () => {
  const of = tally('{ maxToolCalls: 1 }', '', '\nresourceAccess: { prompts: ["files:p"] }')
  expect(calls(of, 1, { kind: 'prompt.get', target: 'files:p' })).toEqual(['allow'])
  expect(calls(of, 1)).toEqual(['budget.tool-calls'])
  expect(calls(of, 1, { run: 'run-2' })).toEqual(['allow'])
})

test('without a budget the host default holds, the least of them, and without one the built-in', () => {
  expect(calls(tally('', 'budgets: { defaults: { maxToolCalls: 1 } }'), 2)).toEqual(['allow', 'budget.tool-calls'])
  expect(calls(tally('{ maxToolCalls: 2 }', 'budgets: { defaults: { maxToolCalls: 1 } }'), 2)).toEqual([
    'allow',
    'allow',
  ])
  const many = calls(tally(''), 201)
  expect([many[199], many[200]]).toEqual(['allow', 'budget.tool-calls'])
})

test('a ceiling of the host holds whatever the Context says', () => {
  expect(calls(tally('{ maxToolCalls: 9 }', 'budgets: { perRun: { maxToolCalls: 1 } }'), 2)).toEqual([
    'allow',
    'budget.tool-calls',
  ])
})

test('a principal has a day, over all runs', () => {
  const of = tally('', 'budgets: { perPrincipalPerDay: { maxToolCalls: 1 } }')
  const at = 1_800_000_000_000
  expect(calls(of, 1, { run: 'a', at })).toEqual(['allow'])
  expect(calls(of, 1, { run: 'b', at: at + 86_399_000 })).toEqual(['budget.tool-calls'])
  expect(calls(of, 1, { run: 'b', at: at + 86_399_000, principal: 'other' })).toEqual(['allow'])
  expect(calls(of, 1, { run: 'c', at: at + 86_401_000 })).toEqual(['allow'])
})

test('perTool: calls and sums, in a run', () => {
  const of = tally('{ perTool: { "bank:*": { maxCalls: 3, sum: args.amount, max: 100 } } }')
  const send = (amount: unknown) =>
    calls(of, 1, { target: 'bank:send', arguments: { amount } as never, digest: String(amount) })[0] // reason: a table's value is JSON
  expect(send(60)).toBe('allow')
  expect(send(41)).toBe('budget.per-tool')
  expect(send(-5)).toBe('budget.per-tool')
  expect(send('x')).toBe('budget.per-tool')
  expect(send(undefined)).toBe('budget.per-tool')
  expect(send(40)).toBe('allow')
  expect(send(0)).toBe('allow')
  expect(send(0.0001)).toContain('budget.per-tool')
  expect(calls(of, 1, { target: 'files:read' })).toEqual(['allow'])
})

test('perTool with a window holds over runs', () => {
  const of = tally('{ perTool: { "bank:send": { maxCalls: 1, per: 1h } } }')
  const at = 1_800_000_000_000
  expect(calls(of, 1, { target: 'bank:send', run: 'a', at })).toEqual(['allow'])
  expect(calls(of, 1, { target: 'bank:send', run: 'b', at: at + 3_599_000 })).toEqual(['budget.per-tool'])
  expect(calls(of, 1, { target: 'bank:send', run: 'c', at: at + 3_601_000 })).toEqual(['allow'])
})

test('maxRepeats counts the same action; holds and denials are no repeats', () => {
  const of = tally('{ maxRepeats: 2 }')
  expect(['x', 'x', 'x', 'y'].map((digest) => calls(of, 1, { digest })[0])).toEqual([
    'allow',
    'allow',
    'budget.repeats',
    'allow',
  ])
})

test('maxDenials stops an executor that keeps asking, unknown tools included', () => {
  const of = tally('{ maxDenials: 2 }')
  expect(of.decide({ target: 'files:gone' }).effect).toBe('deny')
  expect(of.decide({}).effect).toBe('allow')
  expect(of.decide({ target: 'nowhere:gone' }).effect).toBe('deny')
  expect(summary(of.decide({}))).toBe('deny budget.denials context.tool-allowed')
})

test('a hold and a proposal take nothing', () => {
  for (const control of ['requireApprovalFor: ["*:*"]', 'mode: propose-only']) {
    const policy = policyOf(contextWith(`${access}\nwriteControls: { ${control}, writes: ["*:*"] }`), { user: host() })
    const action = actionOf()
    const values = Object.fromEntries(counters(policy, catalogue, action).map(({ name }) => [name, 0]))
    const decision = decide(policy, catalogue, values, action)
    expect(['hold', 'propose']).toContain(decision.effect)
    expect(draws(policy, catalogue, action, decision)).toEqual([])
  }
})

test('runtime: denied when it is used up, and what is left can be asked', () => {
  const { policy } = tally('{ maxRuntimeSeconds: 90 }', 'budgets: { perRun: { maxRuntimeSeconds: 60 } }')
  const action = actionOf()
  const values = { ...Object.fromEntries(counters(policy, catalogue, action).map(({ name }) => [name, 0])) }
  const busy = counters(policy, catalogue, action).filter(({ kind }) => kind === 'busy')
  expect(busy.map(({ bucket }) => bucket)).toEqual([
    'run:run-1:executor:main:pool:maxRuntimeSeconds',
    'run:run-1:all:maxRuntimeSeconds',
  ])
  expect(remainingRuntimeMs(policy, catalogue, values, action)).toBe(60_000)
  for (const { name } of busy) values[name] = 59_999
  expect(decide(policy, catalogue, values, action).effect).toBe('allow')
  expect(remainingRuntimeMs(policy, catalogue, values, action)).toBe(1)
  for (const { name } of busy) values[name] = 60_000
  expect(summary(decide(policy, catalogue, values, action))).toBe('deny budget.runtime context.tool-allowed')
  expect(remainingRuntimeMs(policy, catalogue, values, action)).toBe(0)
  expect(
    draws(policy, catalogue, action, { ...decide(policy, catalogue, values, action), effect: 'allow' }),
  ).toContainEqual({
    kind: 'busy',
    bucket: 'run:run-1:all:maxRuntimeSeconds',
    amount: 0,
  })
})

test('tokens and cost are reserved from what a model turn says it may use', () => {
  const models = `
version: "0.5"
models:
  providers:
    p: { defaultModel: m, supportedModels: [m, free], prices: { m: { inputUsdPerMillion: 10, outputUsdPerMillion: 30 } } }
security: { models: { allowProviders: [p], allowedModels: { p: [m, free] } } }
`
  const policy = policyOf(contextWith('budgets: { maxModelTokens: 1000, maxCostUsd: 0.05 }'), { user: models })
  const of = new Tally(policy, catalogue)
  const turn = (target: string, prompt: number, output: number) =>
    summary(
      of.decide({
        kind: 'model.generate',
        target,
        arguments: { estimatedPromptTokens: prompt, maxOutputTokens: output },
      }),
    )
  expect(turn('p/m', 400, 400)).toBe('allow host.model-allowed')
  expect(turn('p/m', 100, 101)).toBe('deny budget.tokens host.model-allowed')
  expect(turn('p/free', 1, 1)).toBe('deny budget.cost host.model-allowed')
  expect(turn('p/m', 0, 200)).toBe('allow host.model-allowed')
  const costly = new Tally(policy, catalogue)
  expect(summary(costly.decide({ kind: 'model.generate', target: 'p/m', arguments: { maxOutputTokens: 2_000 } }))).toBe(
    'deny budget.tokens budget.cost host.model-allowed',
  )
})

test('a child draws on its own pool and on those above it', () => {
  const context = `
specVersion: ecp/v0.5-draft
kind: Context
metadata: { name: test, version: 1.0.0 }
orchestrator:
  name: top
  type: agent
  strategy: sequential
  policies: { ${access}, budgets: { maxToolCalls: 3 } }
  executors:
    - { name: main, type: agent, policies: { ${access}, budgets: { maxToolCalls: 2 } } }
    - { name: other, type: agent, policies: { ${access}, budgets: { maxToolCalls: 9 } } }
`
  const of = new Tally(policyOf(context, { user: host() }), catalogue)
  expect(calls(of, 3, { executor: 'main' })).toEqual(['allow', 'allow', 'budget.tool-calls'])
  expect(calls(of, 2, { executor: 'other' })).toEqual(['allow', 'budget.tool-calls'])
  expect(calls(of, 1, { executor: 'top' })).toEqual(['budget.tool-calls'])
})

test('usage in conditions: what this run and executor was allowed', () => {
  const allow = `toolAccess:
  default: deny
  allow:
    - { tool: "bank:send", when: 'usage.calls("files:*") >= 1 && usage.sum("bank:send", "amount") + args.amount <= 100' }
    - { tool: "files:read", when: 'usage.toolCalls < 3 && usage.denials < 9' }`
  const of = new Tally(policyOf(contextWith(allow), { user: host() }), catalogue)
  const send = (amount: number) => of.decide({ target: 'bank:send', arguments: { amount }, digest: `${amount}` }).effect
  expect(send(10)).toBe('deny')
  expect(of.decide({}).effect).toBe('allow')
  expect(send(60)).toBe('allow')
  expect(send(41)).toBe('deny')
  expect(send(40)).toBe('allow')
  expect(summary(of.decide({}))).toBe('deny context.condition-false')
})

test.each([
  ['ledger:frozen', 'host.frozen'],
  ['run:run-1:cancelled', 'run.cancelled'],
  ['run:run-1:unknown', 'run.outcome-unknown'],
  ['run:run-1:diverged', 'run.diverged'],
])('bucket %s above 0 is %s', (bucket, code) => {
  const of = tally('')
  of.put(bucket, 1)
  expect(summary(of.decide({}))).toBe(`deny ${code} context.tool-allowed`)
})

test('every counter that is asked for must be there and be a number', () => {
  const { policy } = tally('{ maxToolCalls: 1, maxRepeats: 1, maxDenials: 1, perTool: { "*:*": { maxCalls: 1 } } }')
  const action = actionOf()
  const names = counters(policy, catalogue, action).map(({ name }) => name)
  const values = Object.fromEntries(names.map((name) => [name, 0]))
  expect(new Set(names).size).toBe(names.length)
  for (const name of names)
    for (const value of [undefined, Number.NaN, Number.POSITIVE_INFINITY, '0', null])
      expect(summary(decide(policy, catalogue, { ...values, [name]: value as never }, action))).toContain(
        'ledger.unavailable',
      ) // reason: what a broken ledger could give
  expect(decide(policy, catalogue, values, action).effect).toBe('allow')
})

test('no two meanings share a bucket, whatever names others choose', () => {
  const { policy } = tally('{ maxRepeats: 1, perTool: { "*:*": { maxCalls: 1, per: 1h } } }')
  const buckets = (given: object) => counters(policy, catalogue, actionOf(given)).map(({ bucket }) => bucket)
  const plain = new Set(buckets({}))
  const shared = ['ledger:frozen']
  for (const given of [
    { run: 'run-1:cancelled' },
    { run: 'run-1%3Ax' },
    { run: 'run-1:executor:main:pool:maxToolCalls' },
  ])
    expect(
      buckets(given).filter(
        (bucket) => plain.has(bucket) && !shared.includes(bucket) && !bucket.startsWith('context:'),
      ),
    ).toEqual([])
  expect(buckets({ run: 'a:b' })).toContain('run:a%3Ab:cancelled')
  expect(buckets({ run: 'a%3Ab' })).toContain('run:a%253Ab:cancelled')
})
