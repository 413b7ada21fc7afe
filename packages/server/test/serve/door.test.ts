import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { oneWitness, Service } from './service.ts'

// Who gets in at all: over real sockets, with real tokens.
const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
})
const posted = (headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
  body: initialize,
})

describe('tokens', () => {
  let service: Service
  let token: string
  const clock = { now: Date.now() }
  beforeAll(async () => {
    service = new Service((desk) => oneWitness(desk))
    token = await service.token('ada')
    await service.start({ now: () => clock.now })
  })
  afterAll(() => service[Symbol.asyncDispose]())

  test('the right one gets in, and no other', async () => {
    expect((await service.ask('/mcp', token, posted())).status).toBe(200)
    const wrong = [undefined, `${token}x`, token.slice(0, -1), 'ecp_', token.toUpperCase(), 'x'.repeat(10_000)]
    for (const one of wrong) {
      const answer = await service.ask('/mcp', one, posted())
      expect(answer.status, one?.slice(0, 20)).toBe(401)
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/)
      expect(await answer.text()).not.toContain(token)
    }
  })

  test('nothing but a bearer token is one', async () => {
    for (const authorization of [`Basic ${token}`, token, `bearer`, `Bearer ${token} ${token}`, `Bearer "${token}"`]) {
      expect((await service.ask('/mcp', undefined, posted({ authorization }))).status, authorization.slice(0, 9)).toBe(
        401,
      )
    }
  })

  test('a token in the query is refused even beside the right one', async () => {
    expect((await service.ask(`/mcp?access_token=${token}`, undefined, posted())).status).toBe(400)
    expect((await service.ask(`/mcp?token=${token}`, token, posted())).status).toBe(400)
  })

  test('an expired one is refused from then on, and what it had open ends', async () => {
    const short = await service.token('brief', 'agent', clock.now + 60_000)
    const client = await service.connect(short)
    await client.listTools()
    clock.now += 61_000
    expect((await service.ask('/mcp', short, posted())).status).toBe(401)
    await expect(client.listTools()).rejects.toThrow()
  })

  test('a revoked one is refused with the next request, and its call in flight ends on record', async () => {
    const other = await service.token('bob')
    const client = await service.connect(other)
    const hears = new Promise((heard) => {
      const options = { onprogress: heard, resetTimeoutOnProgress: false }
      client.callTool({ name: 'witness__wait', arguments: { of: 'bob' } }, options).catch(() => undefined)
    })
    await hears
    await service.revoke('bob')
    expect((await service.ask('/mcp', other, posted())).status).toBe(401)
    await expect
      .poll(() => service.gateway.actions().filter(({ target }) => target === 'witness:wait'))
      .toMatchObject([{ effect: 'allow', status: 'cancelled' }])
  })

  test("another client's session is not found", async () => {
    const eve = await service.token('eve')
    const answer = await service.ask('/mcp', token, posted())
    const session = answer.headers.get('mcp-session-id') ?? ''
    expect(session).not.toBe('')
    const listing = { method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list' }) }
    const headers = { ...posted().headers, 'mcp-session-id': session }
    expect((await service.ask('/mcp', eve, { ...listing, headers })).status).toBe(404)
    expect((await service.ask('/mcp', eve, { method: 'DELETE', headers: { 'mcp-session-id': session } })).status).toBe(
      404,
    )
    expect((await service.ask('/mcp', token, { ...listing, headers })).status).toBe(200)
  })

  test('health says nothing but itself, and needs no token', async () => {
    expect(await (await service.ask('/healthz')).json()).toEqual({ status: 'alive' })
    expect(await (await service.ask('/readyz')).json()).toEqual({ status: 'ready' })
    expect((await service.ask('/v1/runs')).status).toBe(401)
    expect((await service.ask('/nowhere')).status).toBe(401)
  })

  test('a foreign Host and a foreign Origin are refused, the right token notwithstanding', async () => {
    const { port } = new URL(service.url)
    for (const headers of [
      { host: 'evil.example' },
      { host: `rebound.example:${port}` },
      { host: `127.0.0.1:${port}`, origin: 'https://evil.example' },
      { host: `127.0.0.1:${port}`, origin: 'null' },
    ]) {
      const sent = request({
        port,
        path: '/mcp',
        method: 'POST',
        headers: { ...headers, authorization: `Bearer ${token}` },
      })
      sent.end(initialize)
      const [answer] = await once(sent, 'response')
      expect([421, 403], JSON.stringify(headers)).toContain(answer.statusCode)
    }
  })
})

describe('without tokens', () => {
  test('nobody can be let in from elsewhere', async () => {
    const service = new Service((desk) => oneWitness(desk))
    const { folder: cwd } = service.gateway.desk
    const anonymous = {
      contextFile: 'context.json',
      executor: 'agent',
      inputs: {},
      names: 'prefixed',
      principal: 'me',
      cwd,
    } as const
    for (const listen of ['0.0.0.0:0', '[::]:0', '10.1.2.3:0', 'example.com:0']) {
      await expect(service.start({ anonymous, listen }), listen).rejects.toMatchObject({ code: 'server.refused' })
      await expect(service.start({ listen }), listen).rejects.toMatchObject({ code: 'server.refused' })
    }
    await service[Symbol.asyncDispose]()
  })

  test('where nobody could connect, it says how somebody could', async () => {
    await using service = new Service((desk) => oneWitness(desk))
    await expect(service.start()).rejects.toThrow('ecp clients add')
  })

  test('from this machine, whoever comes is the executor that was named for them', async () => {
    await using service = new Service((desk) => oneWitness(desk))
    const { folder: cwd } = service.gateway.desk
    const as = { contextFile: 'context.json', inputs: {}, names: 'prefixed', principal: 'me', cwd } as const
    await expect(service.start({ anonymous: { ...as, executor: 'agnet' } })).rejects.toThrow('did you mean `agent`?')
    await service.start({ anonymous: { ...as, executor: 'agent' } })
    const client = await service.connect()
    expect((await client.callTool({ name: 'witness__look', arguments: {} })).isError).toBeFalsy()
    expect((await service.ask('/mcp', 'ecp_wrong', posted())).status).toBe(401)
  })
})

describe('the local socket', () => {
  const through = async (socketPath: string, token?: string) => {
    const headers = { ...posted().headers, ...(token ? { authorization: `Bearer ${token}` } : {}) }
    const sent = request({ socketPath, path: '/mcp', method: 'POST', headers: headers as Record<string, string> })
    sent.end(initialize)
    const [answer] = await once(sent, 'response')
    answer.resume()
    return answer.statusCode
  }

  test('is for this user alone, takes the same tokens, and goes with the server', async () => {
    const service = new Service((desk) => oneWitness(desk))
    const token = await service.token('ada')
    const socket = join(service.gateway.desk.folder, 'ecp.sock')
    await service.start({ socket })
    expect(statSync(socket).mode & 0o777).toBe(0o600)
    expect(await through(socket, token)).toBe(200)
    expect(await through(socket)).toBe(401)
    await service[Symbol.asyncDispose]()
    expect(existsSync(socket)).toBe(false)
  })

  test('that a dead process left is replaced; that of a living one is not', async () => {
    await using service = new Service((desk) => oneWitness(desk))
    const token = await service.token('ada')
    const socket = join(service.gateway.desk.folder, 'ecp.sock')
    const living = createServer().listen(socket)
    await once(living, 'listening')
    await expect(service.start({ socket })).rejects.toMatchObject({ code: 'server.not-listening' })
    // What is left behind of it is a name that leads to nobody.
    await abandon(living, socket)
    await service.start({ socket })
    expect(await through(socket, token)).toBe(200)
  })
})

/** Closes a server, and puts a socket in its place that nobody listens on. */
async function abandon(server: ReturnType<typeof createServer>, path: string): Promise<void> {
  server.close()
  await once(server, 'close')
  const { execFileSync } = await import('node:child_process')
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
  try {
    execFileSync(process.execPath, ['-e', script])
  } catch {
    // It was killed, as it wanted.
  }
  expect(existsSync(path)).toBe(true)
}
