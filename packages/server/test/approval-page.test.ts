import { join } from 'node:path'
import { openSqliteLedger } from '@ecp/ledger'
import type { JsonObject } from '@ecp/protocol'
import { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Front } from './front.ts'
import { fronts } from './fronts.ts'
import { facts, type Gateway, witness } from './gateway.ts'
import { Door } from './http/door.ts'
import { Raw } from './http/raw.ts'
import { oneWitness, Service } from './serve/service.ts'

// MCP 2026-07-28: a client that can open pages sends its user to that of the held action, comes back, and is kept waiting.
const held = { writeControls: { requireApprovalFor: ['witness:write'] } }
const documents = (gateway: JsonObject) => (desk: Gateway['desk']) => ({
  ...oneWitness(desk, held),
  servers: { witness: witness(desk) },
  more: { gateway },
})
const url = 'https://ecp.example'

function ledgerOf<T>(gateway: Gateway, look: (ledger: ReturnType<typeof openSqliteLedger>) => T): T {
  const ledger = openSqliteLedger({ file: join(gateway.desk.folder, 'ledger', 'ledger.db') })
  try {
    return look(ledger)
  } finally {
    ledger.close()
  }
}
/** What a person says, with `ecp approvals` or in the console. */
const say = (gateway: Gateway, approval: string, answer: 'approve' | 'deny') => {
  const said = { approval, answer, by: 'a person', nonce: approval, proof: { kind: 'unsigned' } } as const
  const expiresAt = Date.now() + 60_000
  return ledgerOf(gateway, (ledger) => ledger.answerApproval(Date.now(), { ...said, expiresAt }))
}
const stateOf = (gateway: Gateway, id: string) => ledgerOf(gateway, (ledger) => ledger.approval(id))
const holds = (gateway: Gateway) => gateway.actions().filter(({ effect }) => effect === 'hold').length
const writes = (gateway: Gateway) => gateway.witnessed().filter(({ tool }) => tool === 'write')
const idIn = (asked: JsonObject | undefined) => String(asked?.url).split('/').at(-1) ?? ''

type Answering = (asked: JsonObject) => JsonObject | Promise<JsonObject>

/** A client whose user can be sent to pages. */
class Visitor {
  readonly asked: JsonObject[] = []
  /** What it says when they are. */
  answer: Answering = () => ({ action: 'accept' })
  readonly client: Client

  constructor(
    elicitation: { readonly url?: Record<string, never>; readonly form?: Record<string, never> } = { url: {} },
  ) {
    this.client = new Client(
      { name: 'visitor', version: '1.0.0' },
      { capabilities: { elicitation }, versionNegotiation: { mode: { pin: '2026-07-28' } } },
    )
    this.client.setRequestHandler('elicitation/create', async ({ params }) => {
      this.asked.push(params as JsonObject) // reason: parsed from JSON
      return (await this.answer(params as JsonObject)) as never // reason: what the test has it say
    })
  }

  /** Calls the held tool, and gives its result with what was asked meanwhile. */
  async write(n: number, answer = this.answer) {
    this.answer = answer
    const before = this.asked.length
    const result = await this.client.callTool({ name: 'witness__write', arguments: { n } })
    return { result, asked: this.asked.slice(before) }
  }
}

describe.each(Object.entries(fronts))('over %s', (_, open) => {
  let front: Front
  let visitor: Visitor
  beforeAll(async () => {
    front = await open(documents({ url, approvals: { wait: '20s' } }))
    visitor = new Visitor()
    await front.connect('agent', { client: 'visitor' }, visitor.client)
    await visitor.client.listTools()
  }, 60_000)
  afterAll(async () => {
    await visitor.client.close()
    await front[Symbol.asyncDispose]()
  })

  test('what a person says on that page lets the call through, once', async () => {
    const { gateway } = front
    const { result, asked } = await visitor.write(1, async (asked) => {
      await say(gateway, idIn(asked), 'approve')
      return { action: 'accept' }
    })
    expect(result).not.toMatchObject({ isError: true })
    expect(asked).toMatchObject([{ mode: 'url', message: expect.stringContaining('`witness:write`') }])
    expect(asked[0]?.url).toMatch(/^https:\/\/ecp\.example\/approvals\/[0-9a-f-]{36}$/)
    expect(stateOf(gateway, idIn(asked[0]))).toMatchObject({ state: 'used', answers: [{ by: 'a person' }] })
    expect(writes(gateway).map(({ args }) => args?.n)).toEqual([1])
  })

  test.each([
    [2, 'approve', undefined],
    [3, 'deny', true],
  ] as const)('call %i comes back before there is an answer, and waits for it: %s', async (n, answer, isError) => {
    const { gateway } = front
    const before = holds(gateway)
    const called = visitor.write(n, () => ({ action: 'accept' }))
    await expect.poll(() => holds(gateway), { timeout: 10_000 }).toBe(before + 2)
    await say(gateway, idIn(visitor.asked.at(-1)), answer)
    const { result, asked } = await called
    expect(result.isError).toBe(isError)
    expect(asked).toHaveLength(1)
    expect(writes(gateway).some(({ args }) => args?.n === n)).toBe(answer === 'approve')
  })

  test.each([
    ['does not want to go there', 4, 'decline'],
    ['closes it', 5, 'cancel'],
  ])('a user who %s is not waited for, and has denied nothing', async (_case, n, action) => {
    const { result, asked } = await visitor.write(n, () => ({ action }))
    const id = idIn(asked[0])
    expect(facts(result)).toMatchObject({ effect: 'hold', outcome: 'pending', approvalId: id })
    expect(stateOf(front.gateway, id)).toMatchObject({ state: 'pending', answers: [] })
    await say(front.gateway, id, 'approve')
    expect((await visitor.write(n)).result.isError).toBeUndefined()
  })
})

describe.each(Object.entries(fronts))('over %s, where nobody answers', (_, open) => {
  let front: Front
  beforeAll(async () => {
    front = await open(documents({ url, approvals: { wait: '300ms' } }))
  }, 60_000)
  afterAll(() => front[Symbol.asyncDispose]())

  test('a client that says it was approved has approved nothing', async () => {
    const visitor = new Visitor()
    await front.connect('agent', { client: 'visitor' }, visitor.client)
    const says = () => ({ action: 'accept', content: { answer: 'approve', approved: true } })
    const { result, asked } = await visitor.write(1, says)
    expect(facts(result)).toMatchObject({ outcome: 'pending', approvalId: idIn(asked[0]) })
    expect(stateOf(front.gateway, idIn(asked[0]))).toMatchObject({ state: 'pending', answers: [] })
    expect(writes(front.gateway)).toEqual([])
    await visitor.client.close()
  })

  test('a client that only fills in forms waits as others do, and hears that it waits', async () => {
    const visitor = new Visitor({ form: {} })
    await front.connect('agent', { client: 'visitor' }, visitor.client)
    const heard: string[] = []
    const result = await visitor.client.callTool(
      { name: 'witness__write', arguments: { n: 1 } },
      { onprogress: ({ message }) => void heard.push(String(message)) },
    )
    expect(visitor.asked).toEqual([])
    expect(heard.join()).toContain('waiting for a person to approve it')
    expect(facts(result)).toMatchObject({ outcome: 'pending' })
    await visitor.client.close()
  })
})

describe('what a client brings back', () => {
  let door: Door
  beforeAll(async () => {
    door = await Door.open(documents({ url, approvals: { wait: '300ms' } }))
  }, 60_000)
  afterAll(() => door[Symbol.asyncDispose]())

  async function call(raw: Raw, n: number, more: JsonObject = {}): Promise<JsonObject> {
    const params = { name: 'witness__write', arguments: { n }, ...more }
    const response = await raw.post2026({ id: n, method: 'tools/call', params }, { elicitation: { url: {} } })
    const text = await response.text()
    const [, data = text] = /^data: (\{.*\})$/m.exec(text) ?? []
    return (JSON.parse(data) as { result: JsonObject }).result // reason: JSON-RPC over JSON
  }
  const accepted = { 'ecp-approval': { action: 'accept' } }

  test('is good after the gateway forgot everything, and for the same call of another client it is nothing', async () => {
    const [ada, bob] = [new Raw(door, 'agent', { client: 'ada' }), new Raw(door, 'agent', { client: 'bob' })]
    const first = await call(ada, 1)
    expect(first.resultType).toBe('input_required')
    const { requestState } = first
    const back = { requestState: requestState ?? null, inputResponses: accepted }
    await door.endpoint.revoke('ada')
    await say(door.gateway, String(requestState).slice('approval.'.length), 'approve')
    // Whose word it is not, is sent to a page of their own.
    const stolen = await call(bob, 1, back)
    expect(stolen.resultType).toBe('input_required')
    expect(stolen.requestState).not.toBe(requestState)
    expect(writes(door.gateway)).toEqual([])
    expect(await call(ada, 1, back)).not.toHaveProperty('isError')
    expect(writes(door.gateway)).toHaveLength(1)
    // Used once: what is brought again leads to another page.
    expect((await call(ada, 1, back)).requestState).not.toBe(requestState)
    expect(writes(door.gateway)).toHaveLength(1)
  })

  test.each([
    ['the state of another call', 'approval.0198f3d0-0000-7000-8000-000000000000', accepted],
    ['a state and no answer', undefined, {}],
    ['an answer that is none', undefined, { 'ecp-approval': 'accept' }],
    ['an answer to something else', undefined, { other: { action: 'accept' } }],
  ])('%s sends its user to the page again', async (_case, state, inputResponses) => {
    const ada = new Raw(door, 'agent', { client: 'ada' })
    const { requestState } = await call(ada, 2)
    const again = await call(ada, 2, { requestState: state ?? requestState ?? null, inputResponses })
    expect(again).toMatchObject({ resultType: 'input_required', requestState: requestState ?? '' })
  })
})

test('`ecp serve` sends them to its own console, where no other address is written', async () => {
  await using service = new Service((desk) => oneWitness(desk, held))
  const token = await service.token('visitor')
  await service.start()
  const visitor = new Visitor()
  await service.connect(token, visitor.client)
  const { result, asked } = await visitor.write(1, async (asked) => {
    await say(service.gateway, idIn(asked), 'approve')
    return { action: 'accept' }
  })
  expect(result.isError).toBeUndefined()
  const { port } = new URL(service.url)
  expect(asked[0]?.url).toMatch(new RegExp(`^http://localhost:${port}/approvals/`))
})
