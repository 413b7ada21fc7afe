import { existsSync, renameSync } from 'node:fs'
import { expect, test } from 'vitest'
import { apiDescription, createApi } from '../../src/api/create-api.ts'
import { createApp } from '../../src/http/app.ts'
import { defaultHttpLimits } from '../../src/http/limits.ts'
import { openRoutes } from '../../src/http/open-routes.ts'
import { OpenRequests } from '../../src/open-requests.ts'
import { triggerRoutes } from '../../src/runs/trigger-routes.ts'
import { describedAnswers } from './description.ts'
import { about, call, served } from './served.ts'

test('the description is served as it is made, in OpenAPI 3.1, and says how to be let in', async () => {
  const api = await served()
  const { status, body } = await api.get('/v1/openapi.json')
  expect(status).toBe(200)
  expect(body).toEqual(JSON.parse(JSON.stringify(apiDescription())))
  expect(body).toMatchObject({
    openapi: '3.1.0',
    security: [{ bearer: [] }],
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
  })
  expect(Object.keys(body.paths)).toEqual([
    '/access/v1/evaluation',
    '/access/v1/evaluations',
    '/v1/actions',
    '/v1/actions/{id}/outcome',
    '/v1/runs',
    '/v1/runs/{id}',
    '/v1/runs/{id}/trace',
    '/v1/tools',
    '/v1/triggers/{name}',
    '/.well-known/authzen-configuration',
  ])
  expect(JSON.stringify(body)).not.toContain(api.world.folder)
})

/** Answered in front of these routes (http/app.ts), or only where something breaks; messages that start runs: `runs/webhook.test.ts`. */
const elsewhere = / (401|413|429|500)$|^POST \/v1\/triggers\//

/** Of another protocol, for people, or about the description itself. */
const notDescribed = [
  'ALL /mcp',
  'GET /healthz',
  'GET /readyz',
  'GET /v1/openapi.json',
  'GET /.well-known/oauth-protected-resource',
  'GET /.well-known/oauth-protected-resource/mcp',
]

const never = (): never => {
  throw new TypeError('here only the routes are looked at')
}

test('every route that is served to programs is described, and no other', () => {
  const openRequests = new OpenRequests(1)
  const app = createApp({
    front: never,
    origins: never,
    authenticate: never,
    endpoint: { fetch: never },
    api: createApi(),
    open: openRoutes({ base: never, issuers: never }),
    readiness: never,
    triggers: triggerRoutes({ runs: never, start: never, openRequests, now: Date.now, log: never }),
    isStopping: never,
    limits: defaultHttpLimits,
    openRequests,
    log: never,
  })
  const served = app.routes.flatMap(({ method, path }) => {
    // What stands in front of others; and below a route, where it takes more of the path.
    if (path.endsWith('*')) return method === 'ALL' ? [] : [`${method} ${path.replace(/\/\*$/, '')}`]
    return [`${method} ${path}`]
  })
  const described = describedAnswers().map((one) => one.replace(/ \d+$/, '').replaceAll(/\{(\w+)\}/g, ':$1'))
  expect([...new Set(served)].sort()).toEqual([...new Set([...described, ...notDescribed])].sort())
})

test('every answer that is described is given, and none that is not', async () => {
  const api = await served()
  const wrong = { headers: { 'content-type': 'application/json' }, method: 'POST', body: '{' }
  const someone = { type: 'client', id: 'phone' }
  for (const path of ['/access/v1/evaluation', '/access/v1/evaluations']) {
    await api.post(path, about('look'))
    await api.post(path, about('look', {}, someone))
    await api.send(path, wrong)
  }
  await api.post('/access/v1/evaluations', { ...about('look'), evaluations: [{}, {}] })
  const { body: action } = await api.post('/v1/actions', call('look', { n: 1 }, { key: 'a' }))
  await api.post('/v1/actions', call('look', { n: 2 }, { key: 'a' }))
  const outcome = `/v1/actions/${action.id}/outcome`
  for (const path of ['/v1/actions', outcome]) {
    await api.send(path, wrong)
    await api.send(path, { ...wrong, headers: { 'content-type': 'text/plain' } })
  }
  await api.post(outcome, { status: 'failed', error: { code: 'tool.failed', message: 'no' } })
  await api.post(outcome, { status: 'completed' })
  await api.get('/v1/tools')
  await api.get('/.well-known/authzen-configuration')
  await api.get('/v1/runs?limit=x')
  const { body } = await api.get('/v1/runs')
  for (const end of ['', '/trace']) {
    await api.get(`/v1/runs/${body.runs[0].id}${end}`)
    await api.get(`/v1/runs/none${end}`)
  }
  const missing = describedAnswers().filter((one) => !api.seen.has(one) && !elsewhere.test(one))
  // 403 is an answer of the subject's here, of a client's binding everywhere; 503 that of a ledger, see below.
  expect(missing.filter((one) => !/ (403|503)$/.test(one))).toEqual([])
  expect([...api.seen].filter((one) => one.endsWith(' 403'))).toEqual([
    'POST /access/v1/evaluation 403',
    'POST /access/v1/evaluations 403',
  ])
})

test('a ledger that cannot be read: nothing is allowed, and no place of this machine is told', async () => {
  const api = await served()
  const { body: before } = await api.post('/v1/actions', call('look'))
  renameSync(api.world.ledgerFile, `${api.world.ledgerFile}.gone`)
  expect(existsSync(api.world.ledgerFile)).toBe(false)
  const action = await api.post('/v1/actions', call('look', { n: 2 }))
  expect(action).toMatchObject({
    status: 200,
    body: { decision: { effect: 'deny', codes: ['ledger.unavailable'] } },
  })
  expect((await api.post('/access/v1/evaluation', about('look'))).body).toMatchObject({
    decision: false,
    context: { codes: ['ledger.unavailable'] },
  })
  const settled = await api.post(`/v1/actions/${before.id}/outcome`, { status: 'completed' })
  expect(settled).toMatchObject({ status: 503, body: { code: 'ledger.unavailable' } })
  expect(JSON.stringify([action.body, settled.body])).not.toContain(api.world.folder)
  renameSync(`${api.world.ledgerFile}.gone`, api.world.ledgerFile)
  // The lease is still open for whoever knows what came of it.
  expect(await api.post(`/v1/actions/${before.id}/outcome`, { status: 'completed' })).toMatchObject({ status: 200 })
})
