import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Behaviour } from '../../test/authorization-server.ts'
import { agreeing, call, place } from '../../test/signing-in.ts'
import { oauthFile } from './oauth-file.ts'

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
