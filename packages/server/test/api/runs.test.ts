import { describe, expect, test } from 'vitest'
import { request } from '../../../host/test/boundary.ts'
import { call, type Served, served, type Who } from './served.ts'

const some = {
  policies: '{ toolAccess: { default: deny, allow: ["witness:look", { tool: "witness:write", when: "args.n < 5" }] } }',
}

async function runOf(api: Served, as?: Who): Promise<string> {
  const { body } = await api.get('/v1/runs', as)
  expect(body.runs).toHaveLength(1)
  return body.runs[0].id
}

describe('runs', () => {
  test('of one client and principal are all that there is for it', async () => {
    const api = await served(some)
    await api.post('/v1/actions', call('look'))
    await api.post('/v1/actions', call('nothing'))
    await api.post('/v1/actions', call('look'), 'phone')
    const mine = await runOf(api)
    const theirs = await runOf(api, 'phone')
    expect(mine).not.toBe(theirs)
    expect((await api.get(`/v1/runs/${mine}`)).body).toMatchObject({
      id: mine,
      context: { name: 'boundary', version: '1.0.0' },
      executor: 'agent',
      status: 'running',
      actions: 2,
      denied: 1,
      inFlight: 1,
    })
    const unknown = await api.get('/v1/runs/01931f6c-8e00-7000-8000-000000000001')
    expect(unknown).toMatchObject({ status: 404, body: { code: 'run.unknown' } })
    for (const [id, who] of [
      [theirs, 'desk'],
      [mine, 'phone'],
      [mine, 'other principal'],
    ] as const) {
      for (const path of [`/v1/runs/${id}`, `/v1/runs/${id}/trace`]) {
        expect(await api.get(path, who)).toMatchObject({ status: 404, body: unknown.body })
      }
      expect(await api.get(`/v1/runs?cursor=${id}`, who)).toMatchObject({ status: 400 })
    }
    expect((await api.get('/v1/runs', 'other principal')).body).toEqual({ runs: [] })
  })

  test('come in pages, the newest first, and by status', async () => {
    let now = Date.now()
    const api = await served({ ...some, options: { now: () => now } })
    const ids: string[] = []
    for (let day = 0; day < 3; day++) {
      const { actionId } = await api.hosts.desk.gate.authorize(request('look', day))
      const [newest] = api.hosts.desk.ledger.runs()
      expect(actionId).toBeTruthy()
      ids.unshift(newest?.run ?? '')
      now += 2 * 86_400_000
    }
    expect(new Set(ids).size).toBe(3)
    await api.hosts.desk.ledger.endRun(ids[2] ?? '', now, 'cancelled')
    const page = async (query: string) => {
      const { body } = await api.get(`/v1/runs${query}`)
      return [body.runs.map((run: { readonly id: string }) => run.id), body.nextCursor]
    }
    expect(await page('')).toEqual([ids, undefined])
    expect(await page('?limit=2')).toEqual([ids.slice(0, 2), ids[1]])
    expect(await page(`?limit=2&cursor=${ids[1]}`)).toEqual([ids.slice(2), undefined])
    expect(await page('?status=running')).toEqual([ids.slice(0, 2), undefined])
    expect(await page('?status=cancelled')).toEqual([ids.slice(2), undefined])
    for (const query of ['limit=0', 'limit=101', 'limit=x', 'cursor=none', 'status=']) {
      expect(await api.get(`/v1/runs?${query}`), query).toMatchObject({
        status: 400,
        body: { code: 'request.invalid' },
      })
    }
  })

  test('cannot be ended by a client, which would fill its budgets again', async () => {
    const api = await served({
      policies: '{ toolAccess: { default: deny, allow: ["witness:*"] }, budgets: { maxToolCalls: 1 } }',
    })
    await api.post('/v1/actions', call('look'))
    const run = await runOf(api)
    for (const path of [`/v1/runs/${run}/end`, `/v1/runs/${run}`]) {
      const answer = await fetch(api.url + path, { method: 'POST', body: '{}' })
      expect(answer.status).toBe(404)
    }
    expect((await api.post('/v1/actions', call('look', { n: 2 }))).body.decision.codes).toEqual(['budget.tool-calls'])
    expect(await runOf(api)).toBe(run)
  })
})

describe('a trace', () => {
  test('tells what the caller asked, what it was told, and what came of it', async () => {
    const api = await served(some)
    const { body: looked } = await api.post('/v1/actions', call('look', { n: 1 }))
    await api.post(`/v1/actions/${looked.id}/outcome`, { status: 'completed', result: { seen: 'x'.repeat(20_000) } })
    await api.post('/v1/actions', call('write', { n: 9 }))
    await api.post('/v1/actions', { target: 'elsewhere:secret' })
    await api.hosts.desk.gate.perform(request('look', 2))
    const { status, body } = await api.get(`/v1/runs/${await runOf(api)}/trace`)
    expect({ status, body }).toMatchObject({
      status: 200,
      body: {
        contextName: 'boundary',
        success: true,
        spans: [
          { type: 'executor', executorName: 'agent' },
          {
            type: 'tool-call',
            toolName: 'witness:look',
            toolArgs: { n: 1 },
            toolResult: { seen: 'x'.repeat(20_000) },
            actionId: looked.id,
            status: 'completed',
            enforcement: 'authorized',
            decision: { effect: 'allow', codes: ['context.tool-allowed'], reasons: [] },
          },
          { toolName: 'witness:write', status: 'denied', decision: { codes: ['context.condition-false'] } },
          { toolName: 'elsewhere:secret', status: 'denied', decision: { codes: ['context.tool-not-allowed'] } },
          { toolName: 'witness:look', status: 'completed', enforcement: 'performed', toolIsError: false },
        ],
      },
    })
    // Rules, where they stand, and what else is on record are the operator's.
    expect(JSON.stringify(body)).not.toMatch(/args\.n|\.yaml|"layer"|policyDigest|not-wired|inputs|versions/)
  })

  test('of a write that nobody settled is no success', async () => {
    const api = await served({ ...some, options: { leaseMs: 50 } })
    await api.post('/v1/actions', call('look', { n: 1 }))
    const path = `/v1/runs/${await runOf(api)}/trace`
    await expect.poll(async () => (await api.get(path)).body.success).toBe(false)
    expect((await api.get(path)).body).toMatchObject({
      error: 'the outcome of witness:look is unknown',
      spans: [{}, { status: 'unknown', error: 'the program that asked never said what came of it' }],
    })
  })
})

describe('tools', () => {
  test('are those that the executor is shown, under their targets', async () => {
    const api = await served(some)
    const { status, body } = await api.get('/v1/tools')
    expect(status).toBe(200)
    const names = body.tools.map(({ name }: { readonly name: string }) => name)
    expect(names).toEqual(['witness:look', 'witness:write'])
    expect(body.tools[0].inputSchema).toMatchObject({ type: 'object' })
  })
})
