import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OAuthWiring } from '@ecp/protocol'
import { Client } from '@modelcontextprotocol/client'
import { onTestFinished } from 'vitest'
import { createGuardedFetch } from '../src/network/guarded-fetch.ts'
import { openAuthorization } from '../src/oauth/authorization.ts'
import type { HttpAuthorization } from '../src/oauth/http-authorization.ts'
import { oauthFile } from '../src/oauth/oauth-file.ts'
import type { Redirection } from '../src/oauth/sign-in.ts'
import { createRedactor } from '../src/secrets/redaction.ts'
import { openHttpTransport } from '../src/servers/http/http-transport.ts'
import { type AuthorizationServer, authorizationServer, type Behaviour, guardedBy } from './authorization-server.ts'
import type { Listening } from './listening.ts'
import { streamable } from './mcp-over-http.ts'

const raw = { '~standard': { version: 1 as const, vendor: 'test', validate: (value: unknown) => ({ value }) } }
const limits = { maxMessageBytes: 100_000, maxMessageDepth: 50, closeMs: 500 }
export const person = 'http://127.0.0.1:9/callback'

/** A person at a browser who agrees to everything: opens the address, and is sent back. */
export const agreeing: Redirection = {
  url: person,
  async authorize(url) {
    const answer = await fetch(url, { redirect: 'manual' })
    return new URL(answer.headers.get('location') ?? '').searchParams
  },
}

export interface Place {
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

/** A server that wants tokens, who gives them, and a home to keep them in. */
export async function place(behaviour: Behaviour = {}, needs?: Parameters<typeof guardedBy>[1]): Promise<Place> {
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

/** The raw result of a call. */
export const call = (client: Client) =>
  client.request({ method: 'tools/call', params: { name: 'echo', arguments: {} } }, raw)
