import type { JsonObject } from '@ecp/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { oneWitness, Service } from './service.ts'

// Everything that is served, behind the one door.
let service: Service
let token: string
beforeAll(async () => {
  service = new Service((desk) => ({
    ...oneWitness(desk),
    more: {
      gateway: {
        url: 'https://ecp.example.com',
        origins: ['https://app.example.com'],
        issuers: {
          corp: {
            issuer: 'https://login.example.com',
            audience: 'https://ecp.example.com/mcp',
            as: [{ context: 'context.json', executor: 'agent' }],
          },
        },
      },
    },
  }))
  token = await service.token('ada')
  await service.start()
})
afterAll(() => service[Symbol.asyncDispose]())

// reason for the type: compared field by field by the tests
async function json<T = JsonObject>(path: string, bearer?: string): Promise<T> {
  return (await (await service.ask(path, bearer)).json()) as T
}

async function post(
  path: string,
  body: object,
): Promise<{ status: number; body: { id: string; decision: JsonObject } }> {
  const headers = { 'content-type': 'application/json' }
  const answer = await service.ask(path, token, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: answer.status, body: (await answer.json()) as { id: string; decision: JsonObject } } // reason: see above
}

test('who has no token finds out where to get one', async () => {
  const { headers, status } = await service.ask('/mcp', undefined, { method: 'POST' })
  const metadata = 'https://ecp.example.com/.well-known/oauth-protected-resource'
  expect({ status, told: headers.get('www-authenticate') }).toEqual({
    status: 401,
    told: `Bearer resource_metadata="${metadata}/mcp"`,
  })
  expect(await json('/.well-known/oauth-protected-resource/mcp')).toMatchObject({
    resource: 'https://ecp.example.com/mcp',
    authorization_servers: ['https://login.example.com'],
  })
})

test('metadata and the description are for everybody; what they describe is not', async () => {
  expect(await json('/.well-known/authzen-configuration')).toMatchObject({
    policy_decision_point: 'https://ecp.example.com',
  })
  const { openapi, paths } = await json<{ openapi: string; paths: Record<string, object> }>('/v1/openapi.json')
  expect(openapi).toBe('3.1.0')
  for (const [path, methods] of Object.entries(paths)) {
    if (path.startsWith('/.well-known')) continue
    for (const method of Object.keys(methods)) {
      const answer = await service.ask(path, undefined, { method: method.toUpperCase() })
      expect(answer.status, `${method} ${path}`).toBe(401)
    }
  }
})

test('who asks AuthZEN without a token is told so under the id of the request', async () => {
  const headers = { 'content-type': 'application/json', 'x-request-id': 'turn 7' }
  const answer = await service.ask('/access/v1/evaluation', undefined, { method: 'POST', headers, body: '{}' })
  expect({ status: answer.status, id: answer.headers.get('x-request-id') }).toEqual({ status: 401, id: 'turn 7' })
})

test('an action is decided, done elsewhere, settled, and found in the trace of its run', async () => {
  const asked = await post('/v1/actions', { target: 'witness:write', arguments: { a: 1 } })
  const { id, decision } = asked.body
  expect(decision).toMatchObject({ effect: 'allow' })
  expect((await post(`/v1/actions/${id}/outcome`, { status: 'completed', result: 'done' })).status).toBe(200)
  const { runs } = await json<{ runs: { id: string }[] }>('/v1/runs', token)
  expect(runs).toHaveLength(1)
  expect(JSON.stringify(await json(`/v1/runs/${runs[0]?.id}/trace`, token))).toContain('witness:write')
  expect(service.gateway.actions()).toMatchObject([{ target: 'witness:write', effect: 'allow', status: 'completed' }])
})

test('a lease outlives a change of the config', async () => {
  const { id } = (await post('/v1/actions', { target: 'witness:write', arguments: { b: 2 } })).body
  service.configure((config) => ({ ...config, security: { tools: { allowServers: [] } } }))
  await expect.poll(() => service.log.join('\n'), { timeout: 10_000 }).toContain('from now on it is what is decided by')
  const { decision } = (await post('/v1/actions', { target: 'witness:write', arguments: { b: 3 } })).body
  expect(decision.effect).toBe('deny')
  expect((await post(`/v1/actions/${id}/outcome`, { status: 'completed' })).status).toBe(200)
  expect((await post(`/v1/actions/${id}/outcome`, { status: 'completed' })).status).toBe(404)
})

test('a page of an origin that is named may ask, and read what it is told', async () => {
  const origin = 'https://app.example.com'
  const asking = { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } }
  const preflight = await service.ask('/mcp', undefined, asking)
  expect(preflight.headers.get('access-control-allow-origin')).toBe(origin)
  const answer = await service.ask('/v1/tools', token, { headers: { origin } })
  expect(answer.headers.get('access-control-allow-origin')).toBe(origin)
  expect((await service.ask('/v1/tools', token)).headers.get('access-control-allow-origin')).toBeNull()
})

test('what is not there is not there, and no method but its own is answered', async () => {
  expect((await service.ask('/nowhere', token)).status).toBe(404)
  expect((await service.ask('/mcp', token, { method: 'PUT' })).status).toBe(405)
  expect(await json('/v1/nowhere', token)).toMatchObject({ code: 'http.not-found' })
})
