import type { HostLayer } from '@ecp/policy'
import type { ServerWiring } from '@ecp/protocol'
import { wiredServer } from '../config/wired.ts'
import type { Secrets } from '../secrets/secrets.ts'
import { guardedFetchFor } from '../servers/http/guarded-fetch-for.ts'
import type { HttpServer } from '../servers/http/http-server.ts'
import { openAuthorization } from './authorization.ts'
import type { HttpAuthorization } from './http-authorization.ts'
import { readTokens } from './oauth-file.ts'

export interface WiredAuthorizationOptions {
  readonly home: string
  readonly secrets: Pick<Secrets, 'resolve' | 'redactor'>
  /** Milliseconds since the epoch. */
  now(): number
}

/**
 * How each remote server's tokens are used, for all connections to it together; nothing for one that gets its credentials by
 * header. Nobody is asked to sign in: what needs a person fails, and says `ecp login`.
 */
export function authorizationFor(
  layers: readonly HostLayer[],
  { home, secrets, now }: WiredAuthorizationOptions,
): (server: HttpServer) => HttpAuthorization | undefined {
  const fetchFor = guardedFetchFor(layers)
  const opened = new Map<string, HttpAuthorization>()
  return (server) => {
    const { name } = server
    const { wiring } = wiredServer(layers, name) ?? {}
    if (!wiring || !signsIn(wiring)) return undefined
    const { oauth = {} } = wiring.transport
    const known = opened.get(name)
    if (known) return known
    const one = openAuthorization({
      server,
      wiring: oauth,
      home,
      now,
      openFetch: () => fetchFor(server),
      clientSecret: async () => (oauth.clientSecret ? secrets.resolve(oauth.clientSecret) : undefined),
      learn: (value) => secrets.redactor.learn({ provider: 'oauth', key: name }, value),
      redact: (text) => secrets.redactor.text(text),
    })
    opened.set(name, one)
    return one
  }
}

/** Whether a server may have tokens: no header of its own stands in their place. */
export function signsIn(
  wiring: ServerWiring,
): wiring is ServerWiring & { readonly transport: { readonly type: 'http' | 'sse' } } {
  const { transport, credentials } = wiring
  if (transport.type !== 'http' && transport.type !== 'sse') return false
  const names = [...Object.keys(transport.headers ?? {}), ...(credentials?.bindings ?? []).map(({ name }) => name)]
  return !names.some((name) => name.toLowerCase() === 'authorization')
}

/** Makes the redactor know every token that is kept, so that it is found wherever it turns up. */
export async function learnTokens({ home, secrets }: Omit<WiredAuthorizationOptions, 'now'>): Promise<void> {
  for (const { server, token } of await readTokens(home))
    secrets.redactor.learn({ provider: 'oauth', key: server }, token)
}
