import { once } from 'node:events'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { consoleLink } from '../../src/index.ts'
import { operatorRoutes } from './routes.ts'
import { held, posted, SignedIn } from './signed-in.ts'

// Who gets in, and by what: over real sockets.
const api = '/console/api'
const clock = { now: Date.now() }
let desk: SignedIn
let agent: string
beforeAll(async () => {
  desk = new SignedIn(held())
  agent = await desk.service.token('ada')
  const socket = join(desk.service.gateway.desk.folder, 'ecp.sock')
  await desk.start({ now: () => clock.now, socket })
})
afterAll(() => desk[Symbol.asyncDispose]())

const signIn = (code: string) => desk.service.ask(`${api}/session`, undefined, posted({ code }))
const works = async (token: string) => (await desk.service.ask(`${api}/state`, token)).status === 200

describe('a link', () => {
  test('is of the name localhost, and holds its code behind the #', () => {
    expect(desk.service.link).toMatch(/^http:\/\/localhost:\d+\/#code=[\w-]{12}\.[\w-]{32}$/)
  })

  test('signs in once', async () => {
    const code = desk.service.code()
    const first = await signIn(code)
    expect(first.status).toBe(200)
    expect(first.headers.get('cache-control')).toBe('no-store')
    expect(first.headers.getSetCookie()).toEqual([])
    expect(await first.json()).toMatchObject({
      token: expect.stringMatching(/^ecps_[\w-]{43}$/),
      expiresAt: expect.any(Number),
      idleMs: expect.any(Number),
    })
    const second = await signIn(code)
    expect(second.status).toBe(401)
    expect(await second.json()).toMatchObject({ code: 'operator.code-refused', detail: /ecp console/ })
  })

  test('is over after ten minutes', async () => {
    const code = desk.service.code()
    clock.now += 600_001
    expect((await signIn(code)).status).toBe(401)
  })

  test('cannot be guessed at: five tries, and it is none any more; others stay good', async () => {
    const [code, other] = [desk.service.code(), desk.service.code()]
    const [name] = code.split('.')
    for (let tries = 0; tries < 5; tries++) expect((await signIn(`${name}.${'A'.repeat(32)}`)).status).toBe(401)
    expect((await signIn(code)).status).toBe(401)
    for (const wrong of ['', '.', 'x', other.slice(0, -1), `${other}x`, other.replace('.', '')]) {
      expect((await signIn(wrong)).status, wrong).toBe(401)
    }
    expect((await signIn(other)).status).toBe(200)
  })

  test('is bounded in number: beyond eight the oldest is over', async () => {
    const codes = Array.from({ length: 9 }, () => desk.service.code())
    expect((await signIn(codes[0] ?? '')).status).toBe(401)
    expect((await signIn(codes[1] ?? '')).status).toBe(200)
  })

  test('comes over the local socket, and over no address', async () => {
    const { link } = await consoleLink(join(desk.service.gateway.desk.folder, 'ecp.sock'))
    expect(link).toMatch(/^http:\/\/localhost:\d+\/#code=/)
    expect((await signIn(link.split('#code=')[1] ?? '')).status).toBe(200)
    for (const token of [undefined, agent, desk.token]) {
      const answer = await desk.service.ask(`${api}/link`, token, posted({}))
      expect([401, 404]).toContain(answer.status)
      expect(await answer.text()).not.toContain('#code=')
    }
  })
})

describe('a session', () => {
  test('ends when it is ended', async () => {
    const token = await desk.signIn()
    expect(await works(token)).toBe(true)
    const ended = await desk.service.ask(`${api}/session`, token, { method: 'DELETE' })
    expect(ended.status).toBe(204)
    expect(await works(token)).toBe(false)
  })

  test('ends when nothing is asked for an hour, and after twelve whatever is asked', async () => {
    const [idle, busy] = [await desk.signIn(), await desk.signIn()]
    for (let hours = 0; hours < 12; hours += 0.5) {
      expect(await works(busy), `${hours}`).toBe(true)
      clock.now += 1_800_000
    }
    expect(await works(idle)).toBe(false)
    expect(await works(busy)).toBe(false)
  })

  test('is one of sixteen: one more ends that which was used the longest ago', async () => {
    const tokens: string[] = []
    for (let count = 0; count < 17; count++) {
      clock.now += 1
      tokens.push(await desk.signIn())
    }
    expect(await works(tokens[0] ?? '')).toBe(false)
    expect(await works(tokens[1] ?? '')).toBe(true)
    desk.token = tokens[16] ?? ''
  })
})

describe('nobody else', () => {
  test.each(operatorRoutes)('%s %s takes no agent, no wrong token, and nobody without one', async (method, path) => {
    const body = method === 'POST' ? posted({}) : { method }
    for (const token of [undefined, agent, `${desk.token}x`, desk.token.slice(0, -1), 'x']) {
      const answer = await desk.service.ask(api + path, token, body)
      expect(answer.status, token?.slice(0, 8)).toBe(401)
      expect(await answer.json()).toMatchObject({ code: 'operator.not-signed-in' })
    }
  })

  test.each(['/mcp', '/v1/runs', '/v1/tools', '/access/v1/evaluation'])(
    "%s takes no operator's token",
    async (path) => {
      expect((await desk.service.ask(path, desk.token, posted({}))).status).toBe(401)
    },
  )

  test('a token in an address is refused', async () => {
    expect((await desk.service.ask(`${api}/state?token=${desk.token}`)).status).toBe(400)
  })

  test.each([
    { origin: 'https://evil.example' },
    { origin: 'http://localhost:9' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { host: 'evil.example' },
    { host: 'localhost.evil.example' },
  ] as Record<string, string>[])(
    'a page or a name that is not ours (%o) is refused, the right token notwithstanding',
    async (headers) => {
      for (const [path, body] of [
        ['/freeze', '{}'],
        ['/session', JSON.stringify({ code: desk.service.code() })],
      ] as const) {
        const { port } = new URL(desk.service.url)
        const authorization = `Bearer ${desk.token}`
        const all = { host: `localhost:${port}`, 'content-type': 'application/json', authorization, ...headers }
        const sent = request({ port, path: api + path, method: 'POST', headers: all })
        sent.end(body)
        const [answer] = await once(sent, 'response')
        answer.resume()
        expect([403, 421]).toContain(answer.statusCode)
      }
      expect(await desk.get('/state')).toMatchObject({ frozen: false })
    },
  )

  test('what a form can send is refused', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const answer = await desk.ask('/freeze', posted({}, { 'content-type': type }))
      expect(answer.status, type).toBe(415)
    }
    expect((await desk.ask('/freeze', { method: 'POST' })).status).toBe(415)
    expect((await desk.ask('/freeze', posted({ note: 'x'.repeat(300_000) }))).status).toBe(413)
  })

  test('no page of another origin is told that it may ask', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' }
    const answer = await desk.service.ask(`${api}/state`, undefined, { method: 'OPTIONS', headers })
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    expect(answer.status).toBe(403)
  })
})

test('a page that `gateway.origins` names may ask as a client, and never as the operator', async () => {
  await using other = new SignedIn((at) => ({
    ...held()(at),
    more: { gateway: { origins: ['https://app.example.com'], approvals: { wait: '100ms' } } },
  }))
  const token = await other.service.token('ada')
  await other.start()
  const headers = { origin: 'https://app.example.com' }
  const asClient = await other.service.ask('/v1/runs', token, { headers })
  expect(asClient.status).toBe(200)
  expect(asClient.headers.get('access-control-allow-origin')).toBe('https://app.example.com')
  const asOperator = await other.ask('/state', { headers })
  expect(asOperator.status).toBe(403)
  expect(asOperator.headers.get('access-control-allow-origin')).toBeNull()
})

test('without an operator there is no console', async () => {
  await using other = new SignedIn(held())
  await other.service.token('ada')
  await other.service.start()
  expect(other.service.link).toBe('')
  expect((await other.service.ask(`${api}/session`, undefined, posted({ code: 'x.y' }))).status).toBe(401)
  expect((await other.service.ask('/')).status).toBe(401)
})
