import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OAuthWiring } from '@ecp/protocol'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Behaviour } from '../../test/authorization-server.ts'
import { listening } from '../../test/listening.ts'
import { agreeing, call, person, place } from '../../test/signing-in.ts'
import { createGuardedFetch } from '../network/guarded-fetch.ts'
import { openAuthorization } from './authorization.ts'
import { oauthFile } from './oauth-file.ts'
import type { Redirection } from './sign-in.ts'

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
