import { afterEach, beforeEach, expect, test } from 'vitest'
import { facts } from '../gateway.ts'
import { type Issuer, issuer, issuerKey, signed } from '../issuer.ts'
import { oneWitness, Service } from './service.ts'

// Clients with JWTs of an issuer that the config wires, over real sockets.
let service: Service
let corp: Issuer
beforeEach(async () => {
  corp = await issuer()
  service = new Service((desk) => {
    const { policies, ...documents } = oneWitness(desk, { budgets: { maxToolCalls: 1 } })
    const reader = { toolAccess: { default: 'deny', allow: ['witness:look'] } }
    return { ...documents, policies: { ...policies, reader } }
  })
  const as = [
    { claims: { groups: 'dev' }, context: 'context.json', executor: 'agent' },
    { claims: { groups: 'guests' }, context: 'context.json', executor: 'reader' },
  ]
  service.configure((config) => ({
    ...config,
    gateway: { issuers: { corp: { issuer: corp.url, audience: 'ecp', as } } },
  }))
  await service.start()
})
afterEach(() => service[Symbol.asyncDispose]())

const tokenOf = (sub: string, groups = 'dev') => signed(corp, { claims: { sub, groups } })
const look = { name: 'witness__look', arguments: {} }

test('the bearer of a good one acts as what its claims say, on a budget of its own', async () => {
  const ada = await service.connect(await tokenOf('ada'))
  expect((await ada.listTools()).tools.map(({ name }) => name)).toContain('witness__write')
  expect((await ada.callTool(look)).isError).toBeFalsy()
  // Another token of the same client, in another session.
  const again = await service.connect(await tokenOf('ada'))
  expect(facts(await again.callTool(look))).toMatchObject({ effect: 'deny', codes: ['budget.tool-calls'] })
  const bob = await service.connect(await tokenOf('bob'))
  expect((await bob.callTool(look)).isError).toBeFalsy()
  const guest = await service.connect(await tokenOf('eve', 'guests'))
  expect((await guest.listTools()).tools.map(({ name }) => name)).toEqual(['witness__look'])

  const who = service.gateway
    .records()
    .flatMap((one) => (one.kind === 'run.started' ? [`${one.body.client} for ${one.body.principal}`] : []))
  expect(who.toSorted()).toEqual(['corp/ada for corp/ada', 'corp/bob for corp/bob'])
})

test('no other one gets in, and nobody learns why but the operator', async () => {
  const answers = await Promise.all(
    [
      await tokenOf('mallory', 'nobody'),
      await signed(corp, { claims: { aud: 'elsewhere', groups: 'dev' } }),
      await signed(corp, { key: await issuerKey('first'), claims: { groups: 'dev' } }),
      await signed(corp, { claims: { groups: 'dev', exp: 1 } }),
    ].map(async (token) => {
      const answer = await service.ask('/mcp', token, { method: 'POST' })
      return [answer.status, answer.headers.get('www-authenticate'), await answer.text()]
    }),
  )
  const [first] = answers
  expect(first?.slice(0, 2)).toEqual([401, expect.stringContaining('Bearer error="invalid_token", resource_metadata=')])
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
  expect(service.log.filter((line) => line.startsWith('a JWT of issuer `corp` was refused: '))).toHaveLength(4)
})

test('a session belongs to its client, whatever token it shows; it ends with the wiring of its issuer', async () => {
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
  }
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  const opened = await service.ask('/mcp', await tokenOf('ada'), {
    method: 'POST',
    headers,
    body: JSON.stringify(initialize),
  })
  const session = { ...headers, 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' }
  const list = {
    method: 'POST',
    headers: session,
    body: JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list' }),
  }
  expect((await service.ask('/mcp', await tokenOf('ada'), list)).status).toBe(200)
  expect((await service.ask('/mcp', await tokenOf('bob'), list)).status).toBe(404)
  // Another group is another executor, and so the session that was opened as the first one is over.
  expect((await service.ask('/mcp', await tokenOf('ada', 'guests'), list)).status).toBe(404)
  expect((await service.ask('/mcp', await tokenOf('ada'), list)).status).toBe(404)

  await service.token('carol')
  service.configure((config) => ({ ...config, gateway: {} }))
  await expect.poll(() => service.log.join('\n'), { timeout: 10_000 }).toContain('from now on it is what is decided by')
  expect((await service.ask('/mcp', await tokenOf('ada'), list)).status).toBe(401)
})
