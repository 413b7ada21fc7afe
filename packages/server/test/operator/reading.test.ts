import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type {
  OperatorApprovals,
  OperatorChain,
  OperatorClients,
  OperatorPermissions,
  OperatorRuns,
  Trace,
} from '@ecp/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { oneWitness } from '../serve/service.ts'
import { SignedIn } from './signed-in.ts'

// What the console reads. The server's environment holds a secret that it says in every usual encoding.
const secret = 'a-secret-of-the-witness-server'
let desk: SignedIn
const said: string[] = []
const clients: Record<string, (name: string, args?: Record<string, unknown>) => Promise<unknown>> = {}

beforeAll(async () => {
  desk = new SignedIn((at) => {
    const { servers, policies } = oneWitness(at, { writeControls: { requireApprovalFor: ['witness:write'] } })
    const { witness } = servers
    const credentials = { bindings: [{ name: 'SECRET', source: { provider: 'dot.env', key: 'SECRET' } }] }
    at.write('.env', `SECRET=${secret}\n`)
    return {
      servers: { witness: { ...witness, args: witness?.args ?? [], wiring: { credentials } } },
      policies,
      security: { secrets: { allowProviders: ['dot.env'] } },
    }
  })
  const tokens = { ada: await desk.service.token('ada'), bob: await desk.service.token('bob') }
  await desk.start()
  for (const [name, token] of Object.entries(tokens)) {
    const client = await desk.service.connect(token)
    clients[name] = (tool, args = {}) => client.callTool({ name: `witness__${tool}`, arguments: args })
  }
  await clients.ada?.('look')
  await clients.ada?.('echo')
  for (let n = 0; n < 5; n++) await clients.ada?.('write', { n })
  await clients.bob?.('look')
})
afterAll(() => desk[Symbol.asyncDispose]())

async function get<T>(path: string): Promise<T> {
  const answer = await desk.ask(path)
  const text = await answer.text()
  expect(answer.status, `${path}: ${text}`).toBe(200)
  said.push(text)
  return JSON.parse(text)
}

test('lists come page by page, the newest first, and all of them once', async () => {
  const seen: unknown[] = []
  let cursor = ''
  for (let pages = 0; pages < 4; pages++) {
    const { approvals, nextCursor } = await get<OperatorApprovals>(`/approvals?limit=2${cursor}`)
    seen.push(...approvals.map(({ approval }) => approval))
    if (nextCursor === undefined) break
    cursor = `&cursor=${nextCursor}`
  }
  expect(new Set(seen).size).toBe(5)
  expect(seen).toEqual([...seen].sort().reverse())
  const { runs, nextCursor } = await get<OperatorRuns>('/runs?limit=1')
  expect(runs).toMatchObject([{ client: 'bob', status: 'running', actions: 1 }])
  const rest = await get<OperatorRuns>(`/runs?limit=1&cursor=${nextCursor}`)
  expect(rest).toMatchObject({ runs: [{ client: 'ada', denied: 0 }] })
  expect(rest.nextCursor).toBeUndefined()
  expect(await get<OperatorRuns>('/runs?status=ended')).toEqual({ runs: [] })
  expect((await desk.ask('/approvals?limit=501')).status).toBe(400)
  expect((await desk.ask('/approvals?kind=other')).status).toBe(400)
})

test('what is over is listed where it is asked for', async () => {
  const { approvals } = await get<OperatorApprovals>('/approvals')
  const id = approvals[0]?.approval ?? ''
  await desk.post(`/approvals/${id}/answer`, { answer: 'deny' })
  const open = await get<OperatorApprovals>('/approvals?state=open')
  expect(open.approvals.map(({ approval }) => approval)).not.toContain(id)
  const all = await get<OperatorApprovals>('/approvals?state=all')
  expect(all.approvals).toHaveLength(5)
  expect((await get<OperatorApprovals>('/approvals?kind=proposal')).approvals).toEqual([])
  expect(await get('/state')).toMatchObject({ open: { hold: 4, proposal: 0 }, frozen: false, approvers: [] })
  expect(await get('/state')).toMatchObject({ unsigned: expect.stringContaining('unsigned'), version: '0.0.0' })
})

test('a run is told with every call, its decision and its approvals', async () => {
  const { runs } = await get<OperatorRuns>('/runs')
  const run = runs.find(({ client }) => client === 'ada')?.run ?? ''
  expect(await get(`/runs/${run}`)).toMatchObject({ run, executor: 'agent', context: { name: 'gateway' } })
  const { spans } = await get<Trace>(`/runs/${run}/trace`)
  const calls = spans.filter(({ toolName }) => toolName)
  expect(calls.map(({ toolName }) => toolName)).toEqual([
    'witness:look',
    'witness:echo',
    ...Array.from({ length: 5 }, () => 'witness:write'),
  ])
  expect(calls[2]).toMatchObject({ status: 'pending', decision: { effect: 'hold' }, approvals: [{ kind: 'hold' }] })
  expect((await desk.ask('/runs/none')).status).toBe(404)
  expect((await desk.ask('/runs/none/trace')).status).toBe(404)
})

test('permissions are those of every Context and executor that a client acts as', async () => {
  const { boundaries } = await get<OperatorPermissions>('/permissions')
  expect(boundaries).toMatchObject([{ executor: 'agent', clients: ['ada', 'bob'], context: { name: 'gateway' } }])
  const outlooks = Object.fromEntries(boundaries[0]?.permissions.map(({ target, outlook }) => [target, outlook]) ?? [])
  expect(outlooks).toMatchObject({ 'witness:look': 'allowed', 'witness:write': 'held' })
})

test('a client is ended, at once; no token and no hash of one is told', async () => {
  const token = await desk.service.token('eve')
  expect((await desk.service.ask('/v1/runs', token)).status).toBe(200)
  const { clients: listed } = await get<OperatorClients>('/clients')
  expect(listed.map(({ name, kind }) => `${name} ${kind}`).sort()).toEqual(['ada token', 'bob token', 'eve token'])
  expect(JSON.stringify(listed)).not.toMatch(/tokenHash|ecp_/)
  expect((await desk.ask('/clients/eve', { method: 'DELETE' })).status).toBe(204)
  expect((await desk.service.ask('/v1/runs', token)).status).toBe(401)
  expect((await desk.ask('/clients/eve', { method: 'DELETE' })).status).toBe(404)
})

test('no secret stands in any of it', async () => {
  expect(said.length).toBeGreaterThan(10)
  expect(said.join('')).toContain('[secret:dot.env:SECRET]')
  const forms = [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]
  for (const form of forms) expect(said.join('')).not.toContain(form)
})

test('the chain is verified, and a record that somebody changed is named', async () => {
  const sound = await get<OperatorChain>('/chain')
  expect(sound).toMatchObject({ faults: [], faultCount: 0, runs: 2 })
  expect(sound.decisions).toBeGreaterThan(6)
  expect(sound.head).toMatchObject({ hash: expect.stringMatching(/^[0-9a-f]{64}$/) })
  const database = new DatabaseSync(join(desk.service.gateway.desk.folder, 'ledger', 'ledger.db'))
  database.exec(`UPDATE records SET bytes = replace(bytes, '"n":3', '"n":4') WHERE kind = 'action.decided'`)
  database.close()
  const changed = await get<OperatorChain>('/chain')
  expect(changed.faultCount).toBeGreaterThan(0)
  expect(changed.faults[0]).toMatchObject({ run: expect.any(String), code: expect.any(String) })
})
