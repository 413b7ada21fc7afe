import type { HostLayer } from '@ecp/policy'
import type { OAuthWiring } from '@ecp/protocol'
import type { ConfigOptions } from '../config/config-file.ts'
import { loadConfig, refuseInvalid } from '../config/load-config.ts'
import { refuseUntrusted } from '../config/trust.ts'
import { wiredNames, wiredServer } from '../config/wired.ts'
import { HostError } from '../error.ts'
import type { GuardedFetch } from '../network/guarded-fetch.ts'
import { openSecrets } from '../secrets/secrets.ts'
import { guardedFetchFor } from '../servers/http/guarded-fetch-for.ts'
import { httpServers } from '../servers/http/wired-http.ts'
import type { Challenge } from './http-authorization.ts'
import { openLoopback } from './loopback.ts'
import { changeSignedIn, forgetSignedIn, oauthFile, signedInReader } from './oauth-file.ts'
import { signIn } from './sign-in.ts'
import { tokenRequests } from './token-requests.ts'
import { signsIn } from './wired-authorization.ts'

export interface LogInOptions extends ConfigOptions {
  readonly server: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly environmentFile?: string
  /** Where the browser is sent back to on this machine; missing: where it was the last time, or anywhere. */
  readonly port?: number
  /** Milliseconds that a person has. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal
  now(): number
  onWarning?(message: string): void
  /** Shows a person the address to open in a browser. */
  onUrl(url: string): void
}

/** What signing in has come to; no secret. */
export interface LoggedIn {
  readonly server: string
  readonly url: string
  /** Who gave the token. */
  readonly issuer: string
  readonly scope?: string
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number
  /** Whether the token is renewed without asking again. */
  readonly renewable: boolean
  /** Where it is kept. */
  readonly file: string
}

/** Signs in at a wired server with the help of a person at a browser, and keeps the tokens. Throws `HostError`. */
export async function logIn(options: LogInOptions): Promise<LoggedIn> {
  const loaded = await loadConfig(options)
  refuseInvalid(loaded.diagnostics)
  await refuseUntrusted(loaded, options.env)
  const { layers } = loaded
  const { server: name, home, now } = options
  const { url, wiring } = oauthServer(layers, name)
  const secrets = openSecrets({ ...options, layers, onWarning: (message) => options.onWarning?.(message) })
  await secrets.check([name])
  const server = httpServers(layers, [name], { bindingsFor: secrets.bindingsFor }).get(name)
  if (!server) throw notRemote(name)
  const fetch = guardedFetchFor(layers)(server)
  try {
    const challenge = await challengeOf(fetch, server.kind, url, await server.headers(), name)
    const clientSecret = wiring.clientSecret ? await secrets.resolve(wiring.clientSecret) : undefined
    const before = await signedInReader(home, name, url)()
    const port = options.port ?? portOf(before?.redirectUrl)
    await using loopback = await openLoopback({
      timeoutMs: options.timeoutMs,
      ...(port === undefined ? {} : { port }),
    })
    const learn = (value: string) => secrets.redactor.learn({ provider: 'oauth', key: name }, value)
    const redact = (text: string) => secrets.redactor.text(text)
    const record = await signIn({
      server: { name, url },
      wiring,
      clientSecret,
      before,
      challenge,
      redirection: {
        url: loopback.url,
        authorize: (address) => {
          const answer = loopback.answered(address.searchParams.get('state') ?? '', options.signal)
          options.onUrl(address.href)
          return answer
        },
      },
      requests: tokenRequests(fetch, redact),
      learn,
      redact,
      now,
    })
    await changeSignedIn(home, name, url, async () => record)
    const { tokens, expiresAt } = record
    return {
      server: name,
      url,
      issuer: tokens?.issuer ?? '',
      ...(tokens?.scope === undefined ? {} : { scope: tokens.scope }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
      renewable: tokens?.refresh_token !== undefined,
      file: oauthFile(home),
    }
  } finally {
    await fetch.close()
  }
}

/** Forgets the tokens for a server, wired or not. Whether there were any. */
export async function logOut({ home, server }: { readonly home: string; readonly server: string }): Promise<boolean> {
  return (await forgetSignedIn(home, server)) !== undefined
}

/** How a wired server is signed in at. Throws for one that gets its credentials otherwise. */
function oauthServer(
  layers: readonly HostLayer[],
  name: string,
): { readonly url: string; readonly wiring: OAuthWiring } {
  const wired = wiredServer(layers, name)
  if (!wired) {
    const names = [...wiredNames(layers, ['server']).keys()].map((one) => `\`${one}\``).join(', ') || 'none'
    throw new HostError('host.refused', `server \`${name}\` is not wired; wired are: ${names}`)
  }
  const { transport } = wired.wiring
  if (transport.type !== 'http' && transport.type !== 'sse') throw notRemote(name)
  if (!signsIn(wired.wiring)) {
    throw new HostError(
      'host.refused',
      `server \`${name}\` gets an \`authorization\` header as it is wired; nobody signs in there`,
    )
  }
  return { url: transport.url, wiring: transport.oauth ?? {} }
}

/** What the server asks for when somebody comes without a token. */
async function challengeOf(
  fetch: GuardedFetch,
  kind: 'http' | 'sse',
  url: string,
  own: Readonly<Record<string, string>>,
  name: string,
): Promise<Challenge> {
  const { extractWWWAuthenticateParams, discoverOAuthServerInfo } = await import('@modelcontextprotocol/client')
  const signal = AbortSignal.timeout(30_000)
  // Refused before it is looked at by every server that wants to know who asks.
  const ping = { method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'ping' }) }
  const answer = await fetch(url, {
    ...(kind === 'http' ? ping : {}),
    headers: {
      ...own,
      accept: kind === 'http' ? 'application/json, text/event-stream' : 'text/event-stream',
      ...(kind === 'http' ? { 'content-type': 'application/json' } : {}),
    },
    carriesCredentials: Object.keys(own).length > 0,
    signal,
  })
  const { resourceMetadataUrl, scope } = extractWWWAuthenticateParams(answer)
  await answer.body?.cancel()
  if (answer.status !== 401) {
    const requests = tokenRequests(fetch, (text) => text)
    const found = await discoverOAuthServerInfo(url, { fetchFn: requests.fetch }).catch(() => undefined)
    if (!found?.resourceMetadata && !found?.authorizationServerMetadata) {
      const text = `server \`${name}\` does not ask anybody to sign in (it answered with HTTP ${answer.status})`
      throw new HostError('host.refused', text)
    }
  }
  return { ...(resourceMetadataUrl ? { resourceMetadataUrl } : {}), ...(scope === undefined ? {} : { scope }) }
}

function notRemote(name: string): HostError {
  return new HostError('host.refused', `server \`${name}\` is not reached over HTTP; nobody signs in there`)
}

function portOf(redirectUrl: string | undefined): number | undefined {
  const port = redirectUrl !== undefined && URL.canParse(redirectUrl) ? Number(new URL(redirectUrl).port) : 0
  return port === 0 ? undefined : port
}
