import { describe, expect, test } from 'vitest'
import { faultsOf, recordsOf } from '../../../host/test/boundary.ts'
import { about, call, type Served, served } from './served.ts'

const reading = { policies: '{ toolAccess: { default: deny, allow: ["witness:look"] } }' }
const limited = (calls: number) => ({
  policies: `{ toolAccess: { default: deny, allow: ["witness:*"] }, budgets: { maxToolCalls: ${calls} } }`,
})

function records({ world }: Served) {
  const ledger = world.ledger()
  try {
    expect(faultsOf(ledger)).toEqual([])
    return recordsOf(ledger)
  } finally {
    ledger.close()
  }
}
const outcomes = (api: Served) =>
  records(api).flatMap((one) => (one.kind === 'action.finished' ? [one.body.outcome] : []))

describe('an action that the caller performs', () => {
  test('is decided, recorded as advice, and settled once; ECP calls nothing', async () => {
    const api = await served()
    const { status, body } = await api.post('/v1/actions', call('write'))
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { decision: { effect: 'allow', codes: ['context.tool-allowed'], reasons: [] } },
    })
    expect(Date.parse(body.lease.expiresAt)).toBeGreaterThan(Date.now())
    const outcome = { status: 'completed', result: { content: [{ type: 'text', text: 'written' }] } }
    const path = `/v1/actions/${body.id}/outcome`
    expect(await api.post(path, outcome)).toMatchObject({ status: 200, body: { id: body.id, status: 'completed' } })
    const again = await api.post(path, outcome)
    const unknown = await api.post('/v1/actions/01931f6c-8e00-7000-8000-000000000001/outcome', outcome)
    expect(again).toMatchObject({ status: 404, body: { code: 'action.no-lease' } })
    expect(again.body).toEqual(unknown.body)
    expect(api.world.witnessed()).toEqual([])
    expect(outcomes(api)).toEqual([outcome])
    const decided = records(api).find((one) => one.kind === 'action.decided')
    expect(decided?.body).toMatchObject({ enforcement: 'authorized', action: { origin: 'api', arguments: { n: 1 } } })
  })

  test('has a lease of nobody else', async () => {
    const api = await served()
    const { body } = await api.post('/v1/actions', call('write'))
    const outcome = { status: 'failed', error: { code: 'tool.failed', message: 'no' } }
    for (const who of ['phone', 'other principal'] as const) {
      expect(await api.post(`/v1/actions/${body.id}/outcome`, outcome, who)).toMatchObject({ status: 404 })
    }
    expect(outcomes(api)).toEqual([])
    expect(await api.post(`/v1/actions/${body.id}/outcome`, outcome)).toMatchObject({ status: 200 })
  })

  test('that nobody settles ends as unknown, and is settled no more', async () => {
    const api = await served({ options: { leaseMs: 50 } })
    const { body } = await api.post('/v1/actions', call('write', {}, { key: 'one' }))
    await expect.poll(() => outcomes(api)).toMatchObject([{ status: 'unknown', error: { code: 'lease.expired' } }])
    expect(await api.post(`/v1/actions/${body.id}/outcome`, { status: 'completed' })).toMatchObject({ status: 404 })
    const again = await api.post('/v1/actions', call('write', {}, { key: 'one' }))
    expect(again).toMatchObject({ status: 409, body: { code: 'action.key-over' } })
  })

  test('is settled where the server says', async () => {
    const asked: unknown[] = []
    const api = await served({
      settle: async ({ client }, id, settlement) => {
        asked.push([client, id, settlement])
        return id === 'older'
      },
    })
    expect(await api.post('/v1/actions/older/outcome', { status: 'cancelled' })).toMatchObject({ status: 200 })
    expect(await api.post('/v1/actions/newer/outcome', { status: 'cancelled' })).toMatchObject({ status: 404 })
    expect(asked).toEqual([
      ['desk', 'older', { status: 'cancelled' }],
      ['desk', 'newer', { status: 'cancelled' }],
    ])
  })

  test('is not allowed with an answer that says what can be done, and nothing of the rules', async () => {
    const api = await served({
      policies: `{ toolAccess: { default: deny, allow: [{ tool: "witness:look", when: "args.n < 5" }] } }`,
    })
    const { body, status } = await api.post('/v1/actions', call('look', { n: 7 }))
    expect(status).toBe(200)
    expect(body).not.toHaveProperty('lease')
    expect(body.decision).toEqual({
      effect: 'deny',
      codes: ['context.condition-false'],
      reasons: [
        {
          code: 'context.condition-false',
          message: 'its arguments are outside what the policy permits. Change them, or do without.',
        },
      ],
    })
    expect(JSON.stringify(body)).not.toMatch(/args\.n|\.yaml|rule|layer/)
  })

  test.each([
    ['write.needs-approval', 'hold', '{ mode: execute-if-allowed, requireApprovalFor: ["witness:*"] }'],
    ['write.proposed', 'propose', '{ mode: propose-only }'],
  ])('%s: no lease', async (code, effect, writes) => {
    const api = await served({
      policies: `{ toolAccess: { default: deny, allow: ["witness:*"] }, writeControls: ${writes} }`,
    })
    const { body } = await api.post('/v1/actions', call('write'))
    expect(body).toMatchObject({ decision: { effect, codes: [code] } })
    expect(body).not.toHaveProperty('lease')
    expect((await api.post('/access/v1/evaluation', about('write'))).body).toMatchObject({
      decision: false,
      context: { effect, codes: [code] },
    })
  })
})

describe('what the caller may not know of', () => {
  test.each(['witness:write', 'witness:nothing', 'nowhere:look', 'look', ':'])(
    '%s gets the one answer',
    async (target) => {
      const api = await served(reading)
      const decision = {
        effect: 'deny',
        codes: ['context.tool-not-allowed'],
        reasons: [{ code: 'context.tool-not-allowed', message: 'there is no tool of this name that you may call.' }],
      }
      expect((await api.post('/v1/actions', { target })).body.decision).toEqual(decision)
      const evaluation = { ...about('look'), resource: { type: 'tool', id: target } }
      expect((await api.post('/access/v1/evaluation', evaluation)).body).toEqual({ decision: false, context: decision })
    },
  )

  test.each([
    ['resource.read', 'witness:file:///a', 'nowhere:file:///a', 'context.resource-not-allowed'],
    ['prompt.get', 'witness:a', 'nowhere:a', 'context.resource-not-allowed'],
    ['completion.get', 'witness:a', 'nowhere:a', 'context.resource-not-allowed'],
    ['model.generate', 'wired/none', 'nobody/none', 'host.model-not-allowed'],
    ['agent.delegate', 'agent', 'nobody', 'context.delegate-not-allowed'],
    ['human.ask', 'agent', 'nobody', 'context.delegate-not-allowed'],
    ['memory.read', 'notes', 'nothing', 'context.memory-not-allowed'],
    ['memory.write', 'notes', 'nothing', 'context.memory-not-allowed'],
  ])('%s of what is wired and of what is not is the same', async (kind, wired, unwired, code) => {
    const api = await served({
      ...reading,
      more: '  models: { allowProviders: [wired], allowedModels: { wired: [model] } }\nmodels: { providers: { wired: { defaultModel: model } } }\n',
    })
    const [first, second] = [
      await api.post('/v1/actions', { kind, target: wired }),
      await api.post('/v1/actions', { kind, target: unwired }),
    ]
    expect(first.body.decision).toEqual(second.body.decision)
    expect(first.body.decision).toMatchObject({ effect: 'deny', codes: [code] })
  })
})

describe('budgets', () => {
  test('are counted by actions, and reserved by no evaluation', async () => {
    const api = await served(limited(2))
    const evaluated = async () => (await api.post('/access/v1/evaluation', about('look'))).body.decision
    for (let asked = 0; asked < 5; asked++) expect(await evaluated()).toBe(true)
    expect((await api.post('/v1/actions', call('look'))).body.decision.effect).toBe('allow')
    expect(await evaluated()).toBe(true)
    expect((await api.post('/v1/actions', call('look', { n: 2 }))).body.decision.effect).toBe('allow')
    expect(await evaluated()).toBe(false)
    const third = await api.post('/v1/actions', call('look', { n: 3 }))
    expect(third.body.decision).toMatchObject({ effect: 'deny', codes: ['budget.tool-calls'] })
    // Another client's budget is its own.
    expect((await api.post('/v1/actions', call('look'), 'phone')).body.decision.effect).toBe('allow')
    expect(records(api).filter(({ kind }) => kind === 'action.decided')).toHaveLength(4)
  })
})

describe('a key', () => {
  test('makes an action that is asked for again the same one, counted once', async () => {
    const api = await served(limited(2))
    const asked = call('look', { n: 1 }, { key: 'turn-1' })
    const answers = await Promise.all([api.post('/v1/actions', asked), api.post('/v1/actions', asked)])
    const again = await api.post('/v1/actions', asked)
    expect(new Set([...answers, again].map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect((await api.post('/v1/actions', call('look', {}, { key: 'turn-2' }))).body.decision.effect).toBe('allow')
    const decided = records(api).flatMap((one) => (one.kind === 'action.decided' ? [one.body.action.key] : []))
    expect(decided).toEqual(['turn-1', 'turn-2'])
  })

  test('names one action only, of one client', async () => {
    const api = await served()
    const first = await api.post('/v1/actions', call('look', { n: 1 }, { key: 'a' }))
    const other = await api.post('/v1/actions', call('look', { n: 2 }, { key: 'a' }))
    expect(other).toMatchObject({ status: 409, body: { code: 'action.key-taken' } })
    const theirs = await api.post('/v1/actions', call('look', { n: 2 }, { key: 'a' }), 'phone')
    expect(theirs.status).toBe(200)
    await api.post(`/v1/actions/${first.body.id}/outcome`, { status: 'completed' })
    const over = await api.post('/v1/actions', call('look', { n: 1 }, { key: 'a' }))
    expect(over).toMatchObject({ status: 409, body: { code: 'action.key-over' } })
  })

  test('of what was denied is decided again', async () => {
    const api = await served(limited(1))
    await api.post('/v1/actions', call('look'))
    const denied = await api.post('/v1/actions', call('look', {}, { key: 'a' }))
    const again = await api.post('/v1/actions', call('look', {}, { key: 'a' }))
    expect([denied, again]).toMatchObject([
      { status: 200, body: { decision: { effect: 'deny' } } },
      { status: 200, body: { decision: { effect: 'deny' } } },
    ])
    expect(again.body.id).not.toBe(denied.body.id)
  })
})
