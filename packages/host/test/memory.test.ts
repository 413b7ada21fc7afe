import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { JsonObject } from '@ecp/protocol'
import { describe, expect, onTestFinished, test } from 'vitest'
import { applyProposal, type Host, type HostOptions, recordedProposal } from '../src/index.ts'
import { say } from './answers.ts'
import { boundary, faultsOf, recordsOf } from './boundary.ts'

const access = 'memoryAccess: { allowRead: true, allowWrite: true }'

interface World {
  /** The executor's `memory`, as YAML in flow style. */
  readonly memory?: string
  readonly policies?: string
  /** `memory` of the config's `security`. */
  readonly security?: string
  readonly stores?: string
}

function world({ memory = '{ scope: user }', policies = access, security, stores = '{ notes: {} }' }: World = {}) {
  return boundary({
    policies: `{ ${policies} }\n    memory: ${memory}`,
    more: `  memory: ${security ?? '{ allowStores: [notes] }'}\nmemory: { stores: ${stores} }\n`,
  })
}

async function opened(of: ReturnType<typeof world>, over: Partial<HostOptions> = {}): Promise<Host> {
  const host = await of.open(over)
  onTestFinished(() => host.close())
  return host
}

const call = (host: Host, tool: string, args: JsonObject = {}) =>
  host.gate.perform({
    kind: 'tool.call',
    target: `ecp:memory/${tool}`,
    arguments: args,
    executor: 'agent',
    origin: 'model',
  })

async function texts(host: Host, tool = 'list', args: JsonObject = {}): Promise<unknown> {
  const { result, outcome } = await call(host, tool, args)
  const found = result?.structuredContent as { items?: { text: string }[]; more?: number } | undefined // reason: what memory tools give
  return found?.items?.map(({ text }) => text) ?? outcome.error?.code
}

test('what is stored is found again, by another process too; each step is a memory action on record', async () => {
  const of = world()
  const host = await opened(of)
  const stored = await call(host, 'store', { text: 'The disk of db-01 was full.', tags: ['incident'] })
  expect(stored).toMatchObject({
    target: 'notes/user/store',
    decision: { effect: 'allow', acts: 'write' },
    outcome: { status: 'completed' },
    result: { structuredContent: { stored: stored.actionId } },
  })
  await call(host, 'store', { text: 'Lunch is at noon.' })
  const other = await opened(of)
  expect(await texts(other)).toEqual(['Lunch is at noon.', 'The disk of db-01 was full.'])
  expect(await texts(other, 'search', { query: 'full disks' })).toEqual(['The disk of db-01 was full.'])
  expect(await texts(other, 'list', { tag: 'incident' })).toEqual(['The disk of db-01 was full.'])
  expect(await call(other, 'delete', { id: stored.actionId })).toMatchObject({ outcome: { status: 'completed' } })
  expect(await texts(other, 'search', { query: 'disk' })).toEqual([])
  expect(await call(other, 'delete', { id: stored.actionId })).toMatchObject({
    outcome: { status: 'failed', error: { code: 'memory.unknown' } },
  })
  const records = recordsOf(of.ledger())
  const about = records.filter(
    ({ kind, body }) => kind.startsWith('action.') && JSON.stringify(body).includes(stored.actionId),
  )
  expect(about.map(({ kind }) => kind).slice(0, 3)).toEqual(['action.decided', 'action.intended', 'action.finished'])
  expect(records.find(({ kind }) => kind === 'action.decided')?.body).toMatchObject({
    action: { kind: 'memory.write', target: 'notes/user/store', arguments: { tags: ['incident'] } },
  })
  expect(faultsOf(of.ledger())).toEqual([])
})

test('the file is beside the ledger, or where the host says, and its owner alone can read it', async () => {
  const beside = world()
  await call(await opened(beside), 'store', { text: 'a' })
  expect(statSync(join(beside.folder, 'ledger', 'memory-notes.db')).mode & 0o777).toBe(0o600)
  const elsewhere = world({ stores: '{ notes: { config: { path: kept/mine.db } } }' })
  await call(await opened(elsewhere), 'store', { text: 'a' })
  expect(statSync(join(elsewhere.folder, 'kept', 'mine.db')).mode & 0o777).toBe(0o600)
  expect(statSync(join(elsewhere.folder, 'kept')).mode & 0o777).toBe(0o700)
})

describe('whose memory it is', () => {
  test('of a user: no other principal sees, counts or deletes it', async () => {
    const of = world({ memory: '{ scope: user, maxItems: 1 }' })
    const alice = await opened(of, { principal: 'alice' })
    const bob = await opened(of, { principal: 'bob' })
    const { actionId } = await call(alice, 'store', { text: 'secret plan' })
    expect(await texts(bob)).toEqual([])
    expect(await texts(bob, 'search', { query: 'secret' })).toEqual([])
    expect(await call(bob, 'delete', { id: actionId })).toMatchObject({
      outcome: { error: { code: 'memory.unknown' } },
    })
    expect(await call(bob, 'store', { text: 'mine' })).toMatchObject({ outcome: { status: 'completed' } })
    expect(await texts(alice)).toEqual(['secret plan'])
  })

  test.each([
    ['context', 'other', []],
    ['context', 'boundary', ['shared']],
    ['org', 'other', ['shared']],
  ])('scope %s, read by Context %s', async (scope, name, expected) => {
    const of = world({ memory: `{ scope: ${scope} }` })
    await call(await opened(of, { principal: 'alice' }), 'store', { text: 'shared' })
    const another = join(of.folder, 'another.yaml')
    writeFileSync(another, readFileSync(of.context, 'utf8').replace('name: boundary', `name: ${name}`))
    expect(await texts(await opened(of, { principal: 'bob', contextFile: another }))).toEqual(expected)
  })

  test('scopes and stores of one file do not mix', async () => {
    const path = 'config: { path: one.db }'
    const stores = `{ notes: { ${path} }, more: { ${path} } }`
    const of = world({ stores, security: '{ allowStores: [notes, more], defaultStore: notes }' })
    await call(await opened(of), 'store', { text: 'a' })
    const config = readFileSync(of.config, 'utf8')
    writeFileSync(of.config, config.replace('defaultStore: notes', 'defaultStore: more'))
    expect(await texts(await opened(of))).toEqual([])
    writeFileSync(of.config, config)
    writeFileSync(of.context, readFileSync(of.context, 'utf8').replace('scope: user', 'scope: org'))
    expect(await texts(await opened(of))).toEqual([])
  })

  test('an action that names another scope than the Context declares is not performed', async () => {
    const host = await opened(world())
    const request = { kind: 'memory.read', arguments: {}, executor: 'agent', origin: 'engine' } as const
    for (const target of ['notes/org/list', 'notes/user/drop', 'notes']) {
      const answer = await host.gate.perform({ ...request, target })
      expect(answer).toMatchObject({ outcome: { status: 'failed', error: { code: 'memory.unknown' } } })
    }
  })
})

describe('how much', () => {
  test('maxItems: no more is stored, no more is read', async () => {
    const host = await opened(world({ memory: '{ scope: user, maxItems: 2 }' }))
    for (const text of ['one', 'two']) await call(host, 'store', { text })
    expect(await call(host, 'store', { text: 'three' })).toMatchObject({
      outcome: { status: 'failed', error: { code: 'memory.full', message: expect.stringContaining('2 items') } },
    })
    expect(await texts(host)).toEqual(['two', 'one'])
  })

  test('maxTokens: what is longer is not stored; what is read fits, and the rest is counted', async () => {
    const of = world({ memory: '{ scope: user, maxTokens: 10 }' })
    const host = await opened(of)
    expect(await texts(host, 'store', { text: 'x'.repeat(31) })).toBe('memory.full')
    for (const text of ['a'.repeat(18), 'b'.repeat(18)]) await call(host, 'store', { text })
    const { result } = await call(host, 'list')
    expect(result?.structuredContent).toMatchObject({ items: [{ text: 'b'.repeat(18) }], more: 1 })
  })

  test.each<[string, JsonObject]>([
    ['store', { text: '' }],
    ['store', { text: 'x'.repeat(16_001) }],
    ['store', { text: 'a', owner: 'bob' }],
    ['store', { text: 'a', tags: Array(11).fill('t') }],
    ['list', { limit: 0 }],
    ['list', { limit: 1_000_000 }],
    ['search', { query: 7 }],
    ['delete', {}],
  ])('arguments that do not fit are said so: %s %j', async (tool, args) => {
    expect(await call(await opened(world()), tool, args)).toMatchObject({
      outcome: { status: 'failed', error: { code: 'context.arguments-invalid' } },
    })
  })
})

test.each([
  '"',
  "'; DROP TABLE items; --",
  'a" OR owner:*',
  'text: NEAR(a b)',
  '^*',
  '(((((',
  'AND OR NOT',
  '-disk',
  '\u0000',
  '∞ § … 👩‍👩‍👧',
  'ä'.repeat(1_000),
  `${'w '.repeat(499)}w`,
])('a query is words, whatever a model writes: %j', async (query) => {
  const host = await opened(world())
  await call(host, 'store', { text: 'disk' })
  expect(await call(host, 'search', { query })).toMatchObject({ outcome: { status: 'completed' } })
  expect(await texts(host)).toEqual(['disk'])
})

describe('what decides', () => {
  test.each([
    ['nothing', '', []],
    ['reading alone', 'memoryAccess: { allowRead: true }', ['list', 'search']],
    ['writing alone', 'memoryAccess: { allowWrite: true }', ['store', 'delete']],
    ['both', access, ['store', 'list', 'search', 'delete']],
    [
      'all but deleting',
      `${access}, toolAccess: { default: deny, deny: ["ecp:memory/delete"] }`,
      ['store', 'list', 'search'],
    ],
    ['no writes', `${access}, writeControls: { mode: forbid }`, ['list', 'search']],
  ])('%s: these tools are offered, and no other is performed', async (_, policies, offered) => {
    const of = world({ policies })
    const host = await opened(of)
    expect(host.tools('agent').map(({ target }) => target)).toEqual(offered.map((tool) => `ecp:memory/${tool}`))
    for (const tool of ['store', 'list', 'search', 'delete']) {
      const { decision } = await call(host, tool, { text: 'a' })
      expect([tool, decision.effect]).toEqual([tool, offered.includes(tool) ? 'allow' : 'deny'])
    }
  })

  test.each([
    ['a budget of the tool', 'budgets: { perTool: { "ecp:memory/store": { maxCalls: 1 } } }', 'budget.per-tool'],
    ['a budget of the store', 'budgets: { perTool: { "ecp:memory.write/notes": { maxCalls: 1 } } }', 'budget.per-tool'],
    [
      'a condition on what was used',
      `toolAccess: { default: deny, deny: [{ tool: "ecp:memory/store", when: "usage.calls('ecp:memory/store') >= 1" }] }`,
      'context.tool-denied',
    ],
    [
      'a condition on the arguments',
      'toolAccess: { default: deny, deny: [{ tool: "ecp:memory/*", when: "args.text == \'b\'" }] }',
      'context.tool-denied',
    ],
  ])('%s holds for memory as for any tool', async (_, rule, code) => {
    const host = await opened(world({ policies: `${access}, ${rule}` }))
    expect(await call(host, 'store', { text: 'a' })).toMatchObject({ outcome: { status: 'completed' } })
    const second = await call(host, 'store', { text: 'b' })
    expect(second.decision.reasons).toContainEqual(expect.objectContaining({ code }))
  })

  test.each([
    ['a store that is not allowed', '{ allowStores: [] }', '{ notes: {} }'],
    ['several stores, and none is the default', '{ allowStores: [notes, more] }', '{ notes: {}, more: {} }'],
  ])('%s: no tool is offered, a call is denied, and a run does not start', async (_, security, stores) => {
    const host = await opened(world({ security, stores }))
    expect(host.tools('agent')).toEqual([])
    expect(await call(host, 'list')).toMatchObject({ decision: { effect: 'deny' } })
    expect(() => host.checkMemory('agent')).toThrow(
      expect.objectContaining({ code: 'host.refused', message: expect.stringContaining('defaultStore') }),
    )
  })

  test.each([
    ['pth: x', 'did you mean `path`'],
    ['path: 7', 'is no path'],
  ])('a store whose config says `%s` is refused by name', async (config, message) => {
    const host = await opened(world({ stores: `{ notes: { config: { ${config} } } }` }))
    expect(() => host.checkMemory('agent')).toThrow(message)
    expect(await texts(host, 'store', { text: 'a' })).toBe('host.refused')
  })

  test('an executor without a memory has no memory tools, whatever its policies say', async () => {
    const of = boundary({
      policies: `{ ${access} }`,
      more: '  memory: { allowStores: [notes] }\nmemory: { stores: { notes: {} } }\n',
    })
    const host = await opened(of)
    expect(host.tools('agent')).toEqual([])
    expect(await call(host, 'list')).toMatchObject({ decision: { effect: 'deny' } })
  })

  test('another program cannot take a memory tool as its own', async () => {
    const host = await opened(world())
    const request = {
      kind: 'tool.call',
      target: 'ecp:memory/store',
      arguments: { text: 'a' },
      executor: 'agent',
      origin: 'api',
    } as const
    expect(await host.gate.authorize(request)).toMatchObject({ decision: { effect: 'deny' } })
    expect(await host.gate.evaluate(request)).toMatchObject({ effect: 'allow' })
  })
})

test.each(['ecp:memory/store', 'ecp:memory.write/notes', 'ecp:memory.write/notes/user/store', 'ecp:*'])(
  'a write that is held, as `%s`, is stored once it is approved',
  async (pattern) => {
    const of = world({ policies: `${access}, writeControls: { requireApprovalFor: ["${pattern}"] }` })
    const host = await opened(of)
    const held = await call(host, 'store', { text: 'a' })
    expect(held).toMatchObject({ decision: { effect: 'hold' }, waiting: expect.any(String) })
    expect(await texts(host)).toEqual([])
    await say(of, String(held.waiting), 'approve')
    expect(await call(host, 'store', { text: 'a' })).toMatchObject({ outcome: { status: 'completed' } })
    expect(await texts(host)).toEqual(['a'])
  },
)

test('a write that is proposed is stored when a person applies it, as the principal that it was proposed for', async () => {
  const of = world({ policies: `${access}, writeControls: { mode: propose-only }` })
  const host = await opened(of, { principal: 'alice' })
  const { waiting, decision } = await call(host, 'store', { text: 'a' })
  expect(decision.effect).toBe('propose')
  expect(await texts(host)).toEqual([])
  await say(of, String(waiting), 'approve')
  const approval = host.ledger.approval(String(waiting))
  if (!approval) throw new TypeError('it was proposed')
  const recorded = recordedProposal(host.ledger, approval)
  expect(await applyProposal(host, recorded)).toMatchObject({ outcome: { status: 'completed' } })
  expect(await texts(host)).toEqual(['a'])
  expect(await texts(await opened(of, { principal: 'bob' }))).toEqual([])
})

test('no secret is stored: a call that holds one is denied', async () => {
  const of = boundary({
    policies: `{ ${access}, toolAccess: { default: deny, allow: ["witness:*"] } }\n    memory: { scope: user }`,
    wiring: '      credentials: { bindings: [{ name: K, source: { provider: process.env, key: K } }] }\n',
    more: '  secrets: { allowProviders: [process.env] }\n  memory: { allowStores: [notes] }\nmemory: { stores: { notes: {} } }\n',
  })
  const host = await opened(of, { env: { PATH: process.env.PATH, K: 'very-secret-value' } })
  const { decision } = await call(host, 'store', { text: 'it is very-secret-value' })
  expect(decision).toMatchObject({
    effect: 'deny',
    reasons: expect.arrayContaining([expect.objectContaining({ code: 'secret.in-arguments' })]),
  })
  expect(await texts(host)).toEqual([])
})

test("another program's database is not touched", async () => {
  const of = world({ stores: '{ notes: { config: { path: theirs.db } } }' })
  const theirs = join(of.folder, 'theirs.db')
  const database = new DatabaseSync(theirs)
  database.exec('CREATE TABLE bookmarks (url TEXT)')
  database.close()
  const before = readFileSync(theirs)
  const host = await opened(of)
  expect(await texts(host, 'store', { text: 'a' })).toBe('memory.unavailable')
  expect(readFileSync(theirs)).toEqual(before)
})
