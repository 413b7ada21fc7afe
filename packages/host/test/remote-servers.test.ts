import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Host, HostOptions, ServerLogEntry } from '../src/index.ts'
import { changeSignedIn } from '../src/oauth/oauth-file.ts'
import { type AuthorizationServer, authorizationServer, guardedBy } from './authorization-server.ts'
import { type Boundary, boundary, faultsOf } from './boundary.ts'
import { type Listening, listening } from './listening.ts'
import { modern, streamable, type Tooling } from './mcp-over-http.ts'

// Remote servers behind the Gate: their credentials, their tokens, their sessions, and where they may be.

const done: Tooling = { call: async () => 'done' }
const call = { kind: 'tool.call', target: 'witness:echo', arguments: {}, executor: 'agent', origin: 'gateway' } as const

async function kept<T extends AsyncDisposable>(server: Promise<T>): Promise<T> {
  const one = await server
  onTestFinished(() => one[Symbol.asyncDispose]())
  return one
}

function wired(transport: string, more = '', security = ''): Boundary {
  const made = boundary()
  writeFileSync(
    made.config,
    `version: "0.5"
tools:
  servers:
    witness:
      transport: ${transport}
${more}
security:
  tools: { allowServers: [witness] }
${security}`,
  )
  return made
}

async function opened(world: Boundary, over: Partial<HostOptions> = {}): Promise<Host> {
  const host = await world.open(over)
  onTestFinished(() => host.close())
  return host
}

/** What the log says of a server that could not be connected to, by which none of its tools is known. */
async function whyNot(world: Boundary, over: Partial<HostOptions> = {}): Promise<string> {
  const logged: ServerLogEntry[] = []
  const host = await opened(world, { ...over, onLog: (entry) => logged.push(entry) })
  expect((await host.gate.perform(call)).outcome.status).toBe('denied')
  await host.close()
  return logged.map(({ message }) => message).join('\n')
}

/** All bytes that ecp has written, but for the tokens' own file. */
function written({ folder }: Boundary): string {
  const ledger = join(folder, 'ledger')
  return readdirSync(ledger)
    .map((file) => readFileSync(join(ledger, file), 'latin1'))
    .join('')
}

test.each([
  ['2025-11-25', streamable],
  ['2026-07-28', modern],
])(
  'a bound header reaches the server (%s) and nobody else: not the answer, the log or the ledger',
  async (_, start) => {
    const secret = 'sk-bound-0123456789abcdef'
    let server: Listening | undefined
    server = await kept<Listening>(start({ call: async () => `I was told ${server?.headers.at(-1)?.['x-api-key']}` }))
    const world = wired(
      `{ type: http, url: "${server.url}/mcp", headers: { x-team: docs } }`,
      '      credentials: { bindings: [ { name: X-Api-Key, source: { provider: process.env, key: KEY } } ] }',
      '  secrets: { allowProviders: [process.env] }\nsecrets: { policy: permissive }\n',
    )
    const logged: ServerLogEntry[] = []
    const host = await opened(world, { env: { KEY: secret }, onLog: (entry) => logged.push(entry) })
    const answer = await host.gate.perform(call)
    expect(answer.result).toMatchObject({ content: [{ text: 'I was told [secret:process.env:KEY]' }] })
    for (const headers of server.headers) expect(headers).toMatchObject({ 'x-api-key': secret, 'x-team': 'docs' })
    expect(JSON.stringify(logged) + written(world)).not.toContain(secret)
    expect((await host.gate.perform({ ...call, arguments: { message: secret } })).decision.reasons[0]).toMatchObject({
      code: 'secret.in-arguments',
    })
  },
)

test('a secret that no header can carry is refused by its header, and not shown', async () => {
  const server = await kept(streamable(done))
  const world = wired(
    `{ type: http, url: "${server.url}/mcp" }`,
    '      credentials: { bindings: [ { name: X-Api-Key, source: { provider: process.env, key: KEY } } ] }',
    '  secrets: { allowProviders: [process.env] }\nsecrets: { policy: permissive }\n',
  )
  const why = await whyNot(world, { env: { KEY: 'two lines\nof secret' } })
  expect(why).toMatch(/header `X-Api-Key` cannot be sent to server `witness`: its value has a line break/)
  expect(why).not.toContain('of secret')
  expect(server.connections()).toBe(0)
})

interface Guarded {
  readonly authorization: AuthorizationServer
  readonly server: Listening
  readonly world: Boundary
  /** As `ecp login` would leave it: a good access token and refresh token. */
  signIn(): Promise<{ readonly access: string; readonly refresh: string }>
}

async function guarded(tooling: Tooling, needs?: (request: IncomingMessage) => string | undefined): Promise<Guarded> {
  const authorization = await kept(authorizationServer())
  const server = await kept(streamable(tooling, { before: guardedBy(authorization, needs), json: true }))
  const world = wired(`{ type: http, url: "${server.url}/mcp" }`)
  const home = join(world.folder, 'home')
  return {
    authorization,
    server,
    world,
    async signIn() {
      const registered = await fetch(`${authorization.url}/register`, {
        method: 'POST',
        body: JSON.stringify({ redirect_uris: [] }),
      })
      const client = (await registered.json()) as { client_id: string } // reason: the test's own server
      const [access, refresh] = ['access-0123456789', 'refresh-0123456789']
      const grant = { client: client.client_id, scope: 'read', resource: null }
      authorization.tokens.set(access, grant)
      authorization.refreshTokens.set(refresh, grant)
      const issuer = authorization.url
      const tokens = { access_token: access, refresh_token: refresh, token_type: 'Bearer', scope: 'read', issuer }
      const url = `${server.url}/mcp`
      await changeSignedIn(home, 'witness', url, async () => ({ url, client: { ...client, issuer }, tokens }))
      return { access, refresh }
    },
  }
}

test('a server that asks who comes is not entered, it is said what to do, and nothing is opened; after that it is', async () => {
  const { authorization, world, signIn } = await guarded(done)
  expect(await whyNot(world)).toContain('server `witness` asks who you are: run `ecp login witness`')
  expect(authorization.seen).toEqual([])

  await signIn()
  const host = await opened(world)
  expect((await host.gate.perform(call)).result).toMatchObject({ content: [{ text: 'done' }] })

  authorization.expire()
  authorization.refreshTokens.clear()
  expect((await host.gate.perform(call)).outcome).toMatchObject({
    status: 'failed',
    error: {
      code: 'server.start-failed',
      message: 'server `witness` does not accept the token any more: run `ecp login witness`',
    },
  })
})

test('tokens are secrets: a server that says them is not heard, an agent that sends them is denied', async () => {
  let said = ''
  const { authorization, world, signIn } = await guarded({ call: async () => said })
  const { access, refresh } = await signIn()
  said = `${access} ${refresh}`
  const logged: ServerLogEntry[] = []
  const host = await opened(world, { onLog: (entry) => logged.push(entry) })
  // Known before the server was ever spoken to.
  expect((await host.gate.perform({ ...call, arguments: { a: access } })).decision.reasons[0]).toMatchObject({
    code: 'secret.in-arguments',
  })
  const hidden = '[secret:oauth:witness] [secret:oauth:witness]'
  expect((await host.gate.perform(call)).result).toMatchObject({ content: [{ text: hidden }] })

  authorization.expire()
  said = ''
  expect((await host.gate.perform(call)).outcome.status).toBe('completed')
  const [[fresh = '?'] = [], [freshRefresh = '?'] = []] = [
    [...authorization.tokens.keys()],
    [...authorization.refreshTokens.keys()],
  ]
  said = `${fresh} ${freshRefresh}`
  expect((await host.gate.perform(call)).result).toMatchObject({ content: [{ text: hidden }] })
  for (const token of [access, refresh, fresh, freshRefresh]) {
    expect(JSON.stringify(logged) + written(world)).not.toContain(token)
  }
  const ledger = world.ledger()
  expect(faultsOf(ledger)).toEqual([])
  ledger.close()
})

test('a session that the server has forgotten costs one call, which has not happened, and the next one works', async () => {
  const server = await kept(streamable(done, { json: true }))
  const host = await opened(wired(`{ type: http, url: "${server.url}/mcp" }`))
  expect((await host.gate.perform(call)).outcome.status).toBe('completed')
  server.sessions.clear()
  const forgotten = await host.gate.perform(call)
  expect(forgotten.outcome).toMatchObject({
    status: 'failed',
    error: { message: expect.stringContaining('has ended the session (HTTP 404)') },
  })
  expect((await host.gate.perform(call)).outcome.status).toBe('completed')
})

test.each([
  ['to another host', 'https://example.com/mcp'],
  ['to this machine', 'http://localhost:1/'],
  ['to a metadata address', 'http://169.254.169.254/latest/meta-data'],
])('a server that redirects %s is not followed', async (_, location) => {
  const server = await kept(listening((_request, response) => response.writeHead(307, { location }).end()))
  expect(await whyNot(wired(`{ type: http, url: "${server.url}/mcp" }`))).toMatch(
    /server `witness` redirects `127.0.0.1:\d+` \(HTTP 307\) to `\S+`, which is another origin/,
  )
})

test('what a project wires on this machine is refused where the user refuses that, with the line that does', async () => {
  const server = await kept(streamable(done))
  const world = wired(`{ type: http, url: "http://localhost:${server.port}/mcp" }`)
  const home = join(world.folder, 'home', '.ecp')
  mkdirSync(home, { recursive: true })
  writeFileSync(
    join(home, 'config.yaml'),
    'version: "0.5"\nsecurity:\n  tools: { allowServers: [witness], allowProjectServers: true }\n  network: { allowPrivateAddresses: false }\n',
  )
  expect(await whyNot(world)).toMatch(
    /is not connected to: `localhost` leads to `\S+`, a loopback address, and `security.network.allowPrivateAddresses` \(.*config.yaml:4:\d+\) is false/,
  )
  expect(server.connections()).toBe(0)
})

test('a server that takes its time to answer the first question is waited for', async () => {
  let first = true
  const server = await kept(
    streamable(done, {
      before: (request, response) => {
        if (!first) return false
        first = false
        request.resume()
        setTimeout(() => response.writeHead(400).end(), 1_200)
        return true
      },
    }),
  )
  const host = await opened(wired(`{ type: http, url: "${server.url}/mcp" }`))
  expect((await host.gate.perform(call)).outcome.status).toBe('completed')
})

test('nothing is kept where nobody signed in', async () => {
  const server = await kept(streamable(done))
  const world = wired(`{ type: http, url: "${server.url}/mcp" }`)
  await (await opened(world)).gate.perform(call)
  expect(existsSync(join(world.folder, 'home', '.ecp', 'oauth.json'))).toBe(false)
})
