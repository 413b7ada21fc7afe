import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OAuthWiring } from '@ecp/protocol'
import { Client } from '@modelcontextprotocol/client'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  type AuthorizationServer,
  authorizationServer,
  type Behaviour,
  guardedBy,
} from '../../test/authorization-server.ts'
import { type Listening, listening } from '../../test/listening.ts'
import { streamable } from '../../test/mcp-over-http.ts'
import { createGuardedFetch } from '../network/guarded-fetch.ts'
import { createRedactor } from '../secrets/redaction.ts'
import { openHttpTransport } from '../servers/http/http-transport.ts'
import { openAuthorization } from './authorization.ts'
import type { HttpAuthorization } from './http-authorization.ts'
import { oauthFile } from './oauth-file.ts'
import type { Redirection } from './sign-in.ts'

const raw = { '~standard': { version: 1 as const, vendor: 'test', validate: (value: unknown) => ({ value }) } }
const limits = { maxMessageBytes: 100_000, maxMessageDepth: 50, closeMs: 500 }
const person = 'http://127.0.0.1:9/callback'

/** A person at a browser who agrees to everything: opens the address, and is sent back. */
const agreeing: Redirection = {
  url: person,
  async authorize(url) {
    const answer = await fetch(url, { redirect: 'manual' })
    return new URL(answer.headers.get('location') ?? '').searchParams
  },
}

interface Place {
  readonly authorization: AuthorizationServer
  readonly resource: Listening
  readonly home: string
  readonly redactor: ReturnType<typeof createRedactor>
  /** As another process would open it. */
  open(more?: {
    readonly redirection?: Redirection
    readonly wiring?: OAuthWiring
    readonly now?: () => number
  }): HttpAuthorization
  connect(authorization: HttpAuthorization): Promise<Client>
  kept(): Record<string, unknown>
}

async function place(behaviour: Behaviour = {}, needs?: Parameters<typeof guardedBy>[1]): Promise<Place> {
  const authorization = await authorizationServer(behaviour)
  const guard = guardedBy(authorization, needs)
  const resource = await streamable({ call: async () => 'done' }, { before: guard, json: true })
  const home = mkdtempSync(join(tmpdir(), 'ecp-oauth-'))
  onTestFinished(async () => {
    await authorization[Symbol.asyncDispose]()
    await resource[Symbol.asyncDispose]()
    rmSync(home, { recursive: true })
  })
  const redactor = createRedactor()
  const server = { name: 'docs', url: `${resource.url}/mcp` }
  const openFetch = () =>
    createGuardedFetch({ name: 'docs', rules: { domains: [], privateRefusal: 'no' }, literals: ['127.0.0.1'] })
  return {
    authorization,
    resource,
    home,
    redactor,
    open: ({ redirection, wiring = {}, now = () => 1_000 } = {}) =>
      openAuthorization({
        server,
        wiring,
        home,
        openFetch,
        clientSecret: async () => (wiring.clientSecret ? 'secret-of-the-client' : undefined),
        learn: (value) => redactor.learn({ provider: 'oauth', key: 'docs' }, value),
        redact: (text) => redactor.text(text),
        now,
        ...(redirection ? { redirection } : {}),
      }),
    async connect(oauth) {
      const fetch = openFetch()
      const headers = async () => ({ 'x-own': 'for-the-server-alone' })
      const remote = {
        ...server,
        kind: 'http' as const,
        headers,
        startTimeoutMs: 20_000,
        callTimeoutMs: 20_000,
        tools: {},
      }
      const transport = openHttpTransport(remote, { fetch, oauth, limits })
      onTestFinished(async () => {
        await transport.close()
        await fetch.close()
      })
      const client = new Client({ name: 'test', version: '1' })
      const listening = resource.saw('GET /mcp')
      await client.connect(transport)
      // It asks for its event stream beside everything else, and may need a token for that, too.
      await listening
      return client
    },
    kept: () =>
      (JSON.parse(readFileSync(oauthFile(home), 'utf8')) as { servers: { docs: Record<string, unknown> } }).servers
        .docs,
  }
}

const call = (client: Client) => client.request({ method: 'tools/call', params: { name: 'echo', arguments: {} } }, raw)

describe('signing in', () => {
  it('finds out where, registers, proves itself, and keeps what it gets', async () => {
    const { authorization, resource, home, open, connect, kept, redactor } = await place()
    const client = await connect(open({ redirection: agreeing }))
    expect(await call(client)).toMatchObject({ content: [{ text: 'done' }] })
    expect(authorization.registrations).toMatchObject([
      {
        redirect_uris: [person],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'none',
      },
    ])
    expect(authorization.forms.map((form) => form.get('grant_type'))).toEqual(['authorization_code'])
    const [token] = authorization.tokens.keys()
    const [refreshToken] = authorization.refreshTokens.keys()
    expect(kept()).toEqual({
      url: `${resource.url}/mcp`,
      client: expect.objectContaining({ client_id: expect.any(String), issuer: authorization.url }),
      redirectUrl: person,
      resource: `${resource.url}/mcp`,
      tokens: expect.objectContaining({ access_token: token, refresh_token: refreshToken, issuer: authorization.url }),
      expiresAt: 3_601_000,
    })
    expect(statSync(oauthFile(home)).mode & 0o777).toBe(0o600)
    expect(readdirSync(join(home, '.ecp')).sort()).toEqual(['oauth.json', 'oauth.json.lock'])
    expect(redactor.text(`${token} ${refreshToken}`)).toBe('[secret:oauth:docs] [secret:oauth:docs]')
  })

  it('sends what is bound to the server to nobody else', async () => {
    const { authorization, resource, open, connect } = await place()
    await call(await connect(open({ redirection: agreeing })))
    const others = resource.headers.filter((_, i) => resource.seen[i]?.includes('/.well-known/'))
    expect(others.length).toBeGreaterThan(0)
    for (const headers of [...authorization.headers, ...others]) expect(headers).not.toHaveProperty('x-own')
    expect(authorization.headers.some(({ authorization: header }) => header !== undefined)).toBe(false)
  })

  it('with a client that was registered by hand', async () => {
    const secret = 'secret-of-the-client'
    const { authorization, open, connect, kept } = await place({ registers: false, client: { id: 'by-hand', secret } })
    const wiring: OAuthWiring = {
      clientId: 'by-hand',
      clientSecret: { provider: 'process.env', key: 'S' },
      scopes: ['read', 'write'],
    }
    await call(await connect(open({ redirection: agreeing, wiring })))
    expect([...authorization.tokens.values()]).toMatchObject([{ client: 'by-hand', scope: 'read write' }])
    expect(JSON.stringify(kept())).not.toContain(secret)
    // Another client has nothing from these tokens.
    expect(await open({ wiring: { clientId: 'another' } }).token()).toBeUndefined()
    expect(await open({ wiring }).token()).toBeDefined()
  })

  it('not at another authorization server than the wired one, and not with its secret', async () => {
    const { authorization, open, connect } = await place({ registers: false, client: { id: 'a', secret: 'b' } })
    const wiring: OAuthWiring = { clientId: 'a', issuer: 'https://login.example.com' }
    await expect(connect(open({ redirection: agreeing, wiring }))).rejects.toMatchObject({
      code: 'server.start-failed',
      message: expect.stringMatching(
        /names the authorization server `http:.*`, and not `https:\/\/login.example.com`; .*oauth.issuer/,
      ),
    })
    expect(authorization.seen).toEqual(['GET /.well-known/oauth-authorization-server'])
  })

  it.each<[string, Partial<Redirection> & Pick<Redirection, 'authorize'>, Behaviour, RegExp]>([
    [
      'an answer with another state',
      {
        async authorize(url) {
          const answer = await agreeing.authorize(url)
          answer.set('state', 'x'.repeat(43))
          return answer
        },
      },
      {},
      /the answer belongs to another request/,
    ],
    [
      'an answer of another issuer',
      agreeing,
      { iss: () => 'https://evil.example/secret-word' },
      /another authorization server answers/,
    ],
    ['an answer without an issuer', agreeing, { iss: () => undefined }, /another authorization server answers/],
    [
      'an error',
      {
        async authorize(url) {
          const answer = await agreeing.authorize(url)
          answer.delete('code')
          answer.set('error', 'access_denied')
          return answer
        },
      },
      {},
      /the authorization server says `access_denied`/,
    ],
    [
      'an error of another issuer',
      {
        async authorize(url) {
          const answer = await agreeing.authorize(url)
          answer.delete('code')
          answer.set('error', 'secret-word')
          return answer
        },
      },
      { iss: () => 'https://evil.example' },
      /another authorization server answers/,
    ],
    [
      'a wrong code',
      {
        async authorize(url) {
          const answer = await agreeing.authorize(url)
          answer.set('code', 'secret-word-1')
          return answer
        },
      },
      {},
      /no: .*\[secret:oauth:docs\]/,
    ],
  ])('%s fails, and nothing is kept', async (_, redirection, behaviour, message) => {
    const { home, open, connect } = await place(behaviour)
    const failed = await connect(open({ redirection: { url: person, ...redirection } })).catch(
      (cause: unknown) => cause,
    )
    expect(failed).toMatchObject({ code: 'server.start-failed', message: expect.stringMatching(message) })
    expect(String(failed)).not.toContain('secret-word')
    expect(existsSync(oauthFile(home))).toBe(false)
  })

  it('is refused where the rules of the network refuse it: at an address that nobody wrote down', async () => {
    const metadata = { resource: '', authorization_servers: ['https://169.254.169.254'] }
    const resource = await listening((request, response) => {
      if (request.url?.includes('oauth-protected-resource')) {
        response.end(JSON.stringify({ ...metadata, resource: `${resource.url}/mcp` }))
      } else response.writeHead(request.url === '/mcp' ? 401 : 404).end()
    })
    onTestFinished(() => resource[Symbol.asyncDispose]())
    const home = mkdtempSync(join(tmpdir(), 'ecp-oauth-'))
    onTestFinished(() => rmSync(home, { recursive: true }))
    const oauth = openAuthorization({
      server: { name: 'docs', url: `${resource.url}/mcp` },
      wiring: {},
      home,
      openFetch: () =>
        createGuardedFetch({ name: 'docs', rules: { domains: [], privateRefusal: 'no' }, literals: ['127.0.0.1'] }),
      clientSecret: async () => undefined,
      learn() {},
      redact: (text) => text,
      now: Date.now,
      redirection: agreeing,
    })
    await expect(oauth.renew(undefined, {})).rejects.toMatchObject({
      code: 'server.start-failed',
      message: expect.stringContaining('`169.254.169.254` is a metadata address'),
    })
  })
})

describe('with nobody there', () => {
  it('a server that asks who comes is not entered: the call says what to do, and nothing is registered', async () => {
    const { authorization, open, connect } = await place()
    await expect(connect(open())).rejects.toMatchObject({
      code: 'server.start-failed',
      message: 'server `docs` asks who you are: run `ecp login docs`',
    })
    expect(authorization.seen).toEqual([])
  })

  it('tokens that were kept are used, and only for the address that they are for', async () => {
    const { authorization, resource, open, connect } = await place()
    await connect(open({ redirection: agreeing }))
    expect(await call(await connect(open()))).toMatchObject({ content: [{ text: 'done' }] })
    expect(authorization.forms).toHaveLength(1)
    expect(resource.url).not.toBe('')
  })

  it('a token that ended is renewed, in the middle of a session, once for all who need it', async () => {
    const { authorization, open, connect, kept } = await place()
    const client = await connect(open({ redirection: agreeing }))
    authorization.expire()
    await Promise.all(Array.from({ length: 8 }, () => call(client)))
    expect(authorization.forms.map((form) => form.get('grant_type'))).toEqual(['authorization_code', 'refresh_token'])
    expect(authorization.forms[1]?.get('resource')).toMatch(/\/mcp$/)
    const [token] = authorization.tokens.keys()
    expect(kept().tokens).toMatchObject({ access_token: token })
  })

  it('two processes that need a new token use a refresh token once', async () => {
    const { authorization, open, connect } = await place()
    const one = await connect(open({ redirection: agreeing }))
    const two = await connect(open())
    for (let round = 0; round < 3; round++) {
      authorization.expire()
      await Promise.all([call(one), call(two), call(one), call(two)])
    }
    expect(authorization.forms.map((form) => form.get('grant_type'))).toEqual([
      'authorization_code',
      ...Array(3).fill('refresh_token'),
    ])
  })

  it('a token that is about to end is renewed before it is used', async () => {
    const { authorization, open, connect } = await place({ expiresIn: 60 })
    await connect(open({ redirection: agreeing, now: () => 1_000 }))
    const before = authorization.forms.length
    await connect(open({ now: () => 60_000 }))
    expect(authorization.forms.slice(before).map((form) => form.get('grant_type'))).toEqual(['refresh_token'])
  })

  it.each<[string, Behaviour]>([
    ['there is no refresh token', { refreshes: false }],
    ['the refresh token was taken back', {}],
  ])('when %s, a person is needed again', async (_, behaviour) => {
    const { authorization, open, connect, kept } = await place(behaviour)
    const client = await connect(open({ redirection: agreeing }))
    authorization.expire()
    authorization.refreshTokens.clear()
    const later = await connect(open()).catch((cause: unknown) => cause)
    expect(later).toMatchObject({
      code: 'server.start-failed',
      message: 'server `docs` does not accept the token any more: run `ecp login docs`',
    })
    expect(kept()).not.toHaveProperty('tokens')
    await call(client)
    expect(kept()).toHaveProperty('tokens')
  })

  it('an authorization server that fails takes no token away, and nothing that it says is believed', async () => {
    let isDown = false
    const { authorization, open, connect, kept } = await place({
      before: (_request, response, body) => {
        if (isDown) response.writeHead(500).end(`<h1>${body}</h1>`)
        return isDown
      },
    })
    const client = await connect(open({ redirection: agreeing }))
    const before = kept()
    const [refreshToken = ''] = authorization.refreshTokens.keys()
    authorization.expire()
    isDown = true
    const failed = await call(client).catch((cause: unknown) => cause)
    expect(failed).toMatchObject({
      code: 'server.start-failed',
      message: expect.stringMatching(/^the token for server `docs` cannot be renewed: /),
    })
    expect(String(failed)).not.toContain(refreshToken)
    expect(kept()).toEqual(before)
    isDown = false
    await call(client)
  })
})

describe('scopes', () => {
  const writing = (request: { headers: NodeJS.Dict<string | string[]> }) =>
    request.headers['mcp-session-id'] === undefined ? 'read' : 'write'

  it('more is asked for when the server wants more, and what was granted stays', async () => {
    const { authorization, open, connect } = await place({}, writing)
    await call(await connect(open({ redirection: agreeing })))
    expect([...authorization.tokens.values()].map(({ scope }) => scope)).toEqual(['read', 'read write'])
  })

  it('with nobody there it says which, and the next one who signs in is asked for it', async () => {
    let isOpen = true
    const { authorization, open, connect, kept } = await place({}, (request) => (isOpen ? 'read' : writing(request)))
    await connect(open({ redirection: agreeing }))
    isOpen = false
    await expect(connect(open())).rejects.toMatchObject({
      code: 'server.start-failed',
      message: 'server `docs` wants the scope `write`, which was not granted: run `ecp login docs`',
    })
    expect(kept()).toMatchObject({ missedScope: 'read write' })
    authorization.expire()
    authorization.refreshTokens.clear()
    await call(await connect(open({ redirection: agreeing })))
    expect([...authorization.tokens.values()].map(({ scope }) => scope)).toEqual(['read write'])
    expect(kept()).not.toHaveProperty('missedScope')
  })
})

describe('the file', () => {
  it.runIf(process.platform !== 'win32')('that others can read is refused, with what to do', async () => {
    const { home, open, connect } = await place()
    await connect(open({ redirection: agreeing }))
    chmodSync(oauthFile(home), 0o644)
    await expect(open().token()).rejects.toMatchObject({
      code: 'server.start-failed',
      message: expect.stringMatching(/oauth.json` holds tokens and is open to others; `chmod 600 /),
    })
  })

  it.each([
    '',
    '{',
    '[]',
    '{"format":2,"servers":{}}',
    '{"format":1,"servers":{"docs":{"url":1}}}',
    '{"format":1,"servers":{"docs":{"url":"a","tokens":{"access_token":1}}}}',
  ])('with %j in it is damaged, and says what to do', async (text) => {
    const { home, open } = await place()
    mkdirSync(join(home, '.ecp'), { recursive: true })
    writeFileSync(oauthFile(home), text, { mode: 0o600 })
    await expect(open().token()).rejects.toMatchObject({
      code: 'server.start-failed',
      message: expect.stringMatching(/oauth.json` is damaged; delete it and sign in again with `ecp login SERVER`/),
    })
  })
})
