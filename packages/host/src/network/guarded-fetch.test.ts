import type { RequestListener } from 'node:http'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { closed, guarded, kept, open, served } from '../../test/guarded.ts'
import { listening, listeningTls, testCertificate } from '../../test/listening.ts'
import type { Lookup } from './guarded-agent.ts'
import type { GuardedFetch } from './guarded-fetch.ts'
import type { NetworkRules } from './network-rules.ts'

const ok: RequestListener = (_request, response) => response.end('ok')

/** A name server that gives the next answer each time, and the last one from then on. */
function answering(...answers: readonly (readonly string[])[]): Lookup & { readonly asked: string[] } {
  const asked: string[] = []
  const lookup = async (name: string) => {
    const addresses = answers[Math.min(asked.push(name), answers.length) - 1] ?? []
    return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  }
  return Object.assign(lookup, { asked })
}

const refused = (message: RegExp) =>
  expect.objectContaining({ code: 'network.refused', message: expect.stringMatching(message) })

describe('which addresses are connected to', () => {
  it('those of this machine that the operator wrote down, and no others', async () => {
    const server = await served(ok)
    const fetch = guarded({ literals: ['127.0.0.1'] })
    expect(await (await fetch(`${server.url}/a`)).text()).toBe('ok')
    await expect(fetch(`http://localhost:${server.port}/`)).rejects.toEqual(
      refused(
        /^server `docs` is not connected to: `localhost` leads to `(?:127.0.0.1|::1)`, a loopback address, and no layer sets/,
      ),
    )
    await expect(fetch(`http://127.0.0.2:${server.port}/`)).rejects.toEqual(
      refused(/`127.0.0.2` is a loopback address/),
    )
    expect(server.seen).toEqual(['GET /a'])
  })

  it.each([
    ['https://10.0.0.1/', /`10.0.0.1` is a private address/],
    ['https://169.254.169.254/latest/meta-data', /a metadata address/],
    ['https://[fd00:ec2::254]/', /a metadata address/],
    ['https://[::ffff:127.0.0.1]/', /a reserved address/],
    ['https://[::]/', /a reserved address/],
    ['https://0.0.0.0/', /a reserved address/],
    ['https://0177.0.0.1/', /`127.0.0.1` is a loopback address/],
    ['https://0x7f000001/', /`127.0.0.1` is a loopback address/],
    ['https://2130706433/', /`127.0.0.1` is a loopback address/],
    ['https://127.1/', /`127.0.0.1` is a loopback address/],
    ['https://100.64.1.1/', /a shared address/],
    ['https://224.0.0.1/', /a multicast address/],
  ])('%s is refused before there is a connection', async (url, message) => {
    const server = await served(ok)
    await expect(guarded()(`${url.slice(0, -1).replace(/(?=\/latest|$)/, `:${server.port}`)}`)).rejects.toEqual(
      refused(message),
    )
    expect(server.connections()).toBe(0)
  })

  it.each<[string, readonly string[], RegExp]>([
    ['a private address', ['10.0.0.8'], /`api.example.test` leads to `10.0.0.8`, a private address/],
    ['a metadata address', ['169.254.169.254'], /leads to `169.254.169.254`, a metadata address/],
    ['one of several', ['93.184.216.34', '::1'], /leads to `::1`, a loopback address/],
    ['a mapped one', ['::ffff:10.0.0.8'], /a reserved address/],
  ])('a name that leads to %s is refused', async (_, addresses, message) => {
    const lookup = answering(addresses)
    await expect(guarded({ lookup })('https://api.example.test/')).rejects.toEqual(refused(message))
    expect(lookup.asked).toEqual(['api.example.test'])
  })

  it('says which line of which file refuses, and what to do', async () => {
    const rules = { domains: [], privateRefusal: '`security.network.allowPrivateAddresses` (/m.yaml:4:5) is false' }
    await expect(guarded({ rules })('https://10.0.0.1/')).rejects.toEqual(
      refused(/`security.network.allowPrivateAddresses` \(\/m.yaml:4:5\) is false; set it to true/),
    )
  })

  it('a name is looked up once for a connection: where it leads the second time does not matter', async () => {
    const good = await served((_request, response) => response.end('good'))
    const other = await served((_request, response) => response.end('other'), '127.0.0.2', good.port)
    const lookup = answering(['127.0.0.1'], ['127.0.0.2'])
    const fetch = guarded({ literals: ['api.localhost'], lookup })
    expect(await (await fetch(`http://api.localhost:${good.port}/`)).text()).toBe('good')
    expect(lookup.asked).toEqual(['api.localhost'])
    expect([good.connections(), other.connections()]).toEqual([1, 0])
  })

  it('each new connection is judged anew', async () => {
    const server = await served((_request, response) => response.writeHead(200, { connection: 'close' }).end('ok'))
    const lookup = answering(['127.0.0.1'], ['10.0.0.1'])
    const fetch = guarded({ literals: ['api.localhost'], lookup })
    const url = `http://api.localhost:${server.port}/`
    expect(await (await fetch(url)).text()).toBe('ok')
    await expect(fetch(url)).rejects.toEqual(
      refused(/leads to `10.0.0.1`, a private address, and that name stands for this machine/),
    )
    expect(lookup.asked).toHaveLength(2)
  })

  it('localhost is this machine, also where private addresses are allowed', async () => {
    const fetch = guarded({ rules: open, literals: ['localhost'], lookup: answering(['192.168.0.1']) })
    await expect(fetch('https://localhost/')).rejects.toEqual(refused(/that name stands for this machine/))
  })

  it('a name without an address, and one that is not found, are not reached', async () => {
    const missing: Lookup = async () => {
      throw Object.assign(new Error('getaddrinfo ENOTFOUND api.example.test'), { code: 'ENOTFOUND' })
    }
    for (const lookup of [answering([]), missing]) {
      await expect(guarded({ lookup })('https://api.example.test/')).rejects.toMatchObject({
        code: 'server.start-failed',
        message: expect.stringMatching(/^server `docs` cannot be reached at `api.example.test:443`: /),
      })
    }
  })

  it('nobody listens: not reached, so nothing was sent', async () => {
    const server = await listening(ok)
    await server[Symbol.asyncDispose]()
    await expect(guarded({ literals: ['127.0.0.1'] })(server.url)).rejects.toMatchObject({
      code: 'server.start-failed',
      message: expect.stringContaining('ECONNREFUSED'),
    })
  })
})

describe('https', () => {
  let before: string[]
  beforeAll(() => {
    before = getCACertificates()
    setDefaultCACertificates([...before, testCertificate()])
  })
  afterAll(() => setDefaultCACertificates(before))

  it.each([
    'http://example.com/',
    'http://10.0.0.1/',
    'http://localhost.example.com/',
    'ftp://localhost/',
    'file:///etc/passwd',
  ])('%s is refused', async (url) => {
    await expect(guarded({ rules: open })(url)).rejects.toEqual(
      refused(/is neither https nor http to this machine; use https/),
    )
  })

  it('reaches a private address under its name where that is allowed, and checks the certificate', async () => {
    const server = await kept(listeningTls(ok))
    const lookup = answering(['127.0.0.1'])
    const fetch = guarded({ rules: open, lookup })
    expect(await (await fetch(`https://api.example.test:${server.port}/`)).text()).toBe('ok')
    await expect(fetch(`https://wrong.example.test:${server.port}/`)).rejects.toMatchObject({
      code: 'server.start-failed',
    })
    await expect(guarded({ lookup })(`https://api.example.test:${server.port}/`)).rejects.toEqual(
      refused(/a loopback address/),
    )
    expect(server.seen).toEqual(['GET /'])
  })

  it('a user or password in an address is refused, and not shown', async () => {
    const failed = await guarded()('https://user:secret-word@example.com/').catch((cause: Error) => cause)
    expect(failed).toEqual(refused(/holds a user or password/))
    expect(String(failed)).not.toContain('secret-word')
  })
})

describe('allowDomains', () => {
  it('lets only listed hosts through, for each layer that lists some', async () => {
    const lookup = answering(['93.184.216.34'])
    const rules: NetworkRules = {
      ...closed,
      domains: [
        { patterns: ['*.example.test', 'localhost'], place: '/machine.yaml:3:5' },
        { patterns: ['api.example.test'], place: '/user.yaml:9:1' },
      ],
    }
    const fetch = guarded({ rules, lookup, literals: ['localhost'] })
    await expect(fetch('https://evil.test/')).rejects.toEqual(
      refused(/`evil.test` is not in `security.network.allowDomains` \(\/machine.yaml:3:5\)/),
    )
    await expect(fetch('https://www.example.test/')).rejects.toEqual(refused(/\(\/user.yaml:9:1\)/))
    await expect(fetch('http://localhost:1/')).rejects.toEqual(refused(/\(\/user.yaml:9:1\)/))
    expect(lookup.asked).toEqual([])
  })
})

describe('redirects', () => {
  const redirecting =
    (status: number, location: string): RequestListener =>
    (request, response) => {
      if (request.url === '/end') response.end(`${request.method} end`)
      else response.writeHead(status, { location }).end()
    }
  const fetch = () => guarded({ literals: ['127.0.0.1', 'localhost'] })

  it.each([301, 302, 303, 307, 308])('a GET without credentials follows %d within its origin', async (status) => {
    const server = await served(redirecting(status, '/end'))
    expect(await (await fetch()(`${server.url}/start`)).text()).toBe('GET end')
  })

  it.each([307, 308])('a POST follows %d as the same POST', async (status) => {
    const server = await served(redirecting(status, '/end'))
    expect(await (await fetch()(`${server.url}/start`, { method: 'POST', body: 'x' })).text()).toBe('POST end')
  })

  it.each([301, 302, 303])('a POST does not become a GET by %d', async (status) => {
    const server = await served(redirecting(status, '/end'))
    await expect(fetch()(server.url, { method: 'POST', body: 'x' })).rejects.toEqual(refused(/would change the POST/))
    expect(server.seen).toEqual(['POST /'])
  })

  it.each([
    ['http://169.254.169.254/latest/meta-data'],
    ['https://169.254.169.254/'],
    ['http://127.0.0.1:1/'],
    ['http://localhost:1/'],
    ['https://example.com/'],
    ['//example.com/'],
    ['https://127.0.0.1/'],
    ['file:///etc/passwd'],
    ['http://'],
  ])('none is followed to %s', async (location) => {
    const server = await served(redirecting(302, location))
    await expect(fetch()(`${server.url}/start?token=secret-word`)).rejects.toEqual(
      refused(/^server `docs` redirects `127.0.0.1:\d+` \(HTTP 302\) to (?:`\S+`|what is no URL), /),
    )
    expect(server.seen).toEqual(['GET /start?token=secret-word'])
  })

  it.each<[string, Parameters<GuardedFetch>[1]]>([
    ['a bearer token', { headers: { authorization: 'Bearer secret-word' } }],
    ['a cookie', { headers: { cookie: 'a=secret-word' } }],
    ['a session', { headers: { 'mcp-session-id': 'secret-word' } }],
    ['a form', { method: 'POST', body: new URLSearchParams({ refresh_token: 'secret-word' }) }],
    ['a header that holds a binding', { headers: { 'x-api-key': 'secret-word' }, carriesCredentials: true }],
  ])('none is followed with %s', async (_, init) => {
    const server = await served(redirecting(307, '/end'))
    const failed = await fetch()(server.url, init).catch((cause: Error) => cause)
    expect(failed).toEqual(refused(/which is not followed with credentials/))
    expect(String(failed)).not.toContain('secret-word')
    expect(server.seen).toHaveLength(1)
  })

  it('only a few are followed', async () => {
    const server = await served((request, response) => response.writeHead(302, { location: `${request.url}x` }).end())
    await expect(fetch()(`${server.url}/`)).rejects.toEqual(refused(/after 3 redirects before it/))
    expect(server.seen).toEqual(['GET /', 'GET /x', 'GET /xx', 'GET /xxx'])
  })
})
