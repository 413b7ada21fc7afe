import type { OAuthWiring } from '@ecp/protocol'
import type { StoredOAuthClientInformation } from '@modelcontextprotocol/client'
import { HostError } from '../error.ts'
import type { GuardedFetch } from '../network/guarded-fetch.ts'
import type { Challenge, HttpAuthorization } from './http-authorization.ts'
import { changeSignedIn, type SignedIn, secretsOf, signedInReader } from './oauth-file.ts'
import { coversScope, scopeUnion } from './scopes.ts'
import { expiryOf, type Redirection, signIn } from './sign-in.ts'
import { type TokenRequests, tokenRequests } from './token-requests.ts'

export interface AuthorizationOptions {
  readonly server: { readonly name: string; readonly url: string }
  readonly wiring: OAuthWiring
  readonly home: string
  /** A connection of its own for each use, closed after it. */
  openFetch(): GuardedFetch
  /** The secret of a client that was registered by hand, if the wiring names one. */
  clientSecret(): Promise<string | undefined>
  learn(value: string): void
  redact(text: string): string
  now(): number
  /** How a person signs in. Missing: nobody is there, and what needs a person fails with what to do. */
  readonly redirection?: Redirection
}

/** A token is renewed this long (ms) before its end, so that it does not end on its way. */
const earlyMs = 10_000

/** The tokens of `ecp login` for one server: used, renewed, and never asked for by opening anything. */
export function openAuthorization(options: AuthorizationOptions): HttpAuthorization {
  const { server, wiring, home, learn, now } = options
  let renewing: { readonly refused: string | undefined; readonly token: Promise<string> } | undefined
  let widening: Promise<string> | undefined

  const known = (record: SignedIn | undefined): SignedIn | undefined => {
    for (const secret of record ? secretsOf(record) : []) learn(secret)
    // Tokens of another client are nothing to this one.
    const isOurs = wiring.clientId === undefined || record?.client?.client_id === wiring.clientId
    return isOurs ? record : undefined
  }
  const readStored = signedInReader(home, server.name, server.url)
  const current = async () => known(await reading(readStored))
  const loginNeeded = (why: string) =>
    new HostError('server.start-failed', `server \`${server.name}\` ${why}: run \`ecp login ${server.name}\``)

  async function withRequests<T>(work: (requests: TokenRequests) => Promise<T>): Promise<T> {
    const fetch = options.openFetch()
    try {
      return await work(tokenRequests(fetch, options.redact))
    } finally {
      await fetch.close()
    }
  }

  /** Without a person: what another process got meanwhile, or a refreshed token, or nothing. */
  async function refreshed(refused: string | undefined): Promise<SignedIn | undefined> {
    const changed = await reading(() =>
      changeSignedIn(home, server.name, server.url, async (stored) => {
        const record = known(stored)
        if (!record?.tokens || record.tokens.access_token !== refused) return stored
        if (record.tokens.refresh_token === undefined) return withoutTokens(record)
        return withRequests((requests) => refresh(record, requests))
      }),
    )
    return known(changed)
  }

  async function refresh(record: SignedIn, requests: TokenRequests): Promise<SignedIn> {
    const { discoverAuthorizationServerMetadata, refreshAuthorization, OAuthError } = await import(
      '@modelcontextprotocol/client'
    )
    const { tokens, resource } = record
    const issuer = tokens?.issuer ?? ''
    try {
      // Whom the token came from, and not whom the server names today.
      const metadata = await discoverAuthorizationServerMetadata(issuer, { fetchFn: requests.fetch })
      const fresh = await refreshAuthorization(issuer, {
        ...(metadata ? { metadata } : {}),
        clientInformation: await clientOf(record),
        refreshToken: tokens?.refresh_token ?? '',
        ...(resource === undefined ? {} : { resource }),
        fetchFn: requests.fetch,
      })
      const { expiresAt: _, ...rest } = record
      const scope = fresh.scope ?? tokens?.scope
      return {
        ...rest,
        tokens: { ...fresh, issuer, ...(scope === undefined ? {} : { scope }) },
        ...expiryOf(fresh, now()),
      }
    } catch (cause) {
      // The authorization server has spoken: this token will never be good again.
      if (
        cause instanceof OAuthError &&
        ['invalid_grant', 'invalid_client', 'unauthorized_client'].includes(cause.code)
      ) {
        return withoutTokens(record)
      }
      const why = requests.refused()?.message ?? options.redact((cause as Error).message) // reason: the SDK throws only Errors
      throw new HostError('server.start-failed', `the token for server \`${server.name}\` cannot be renewed: ${why}`)
    }
  }

  async function clientOf({ client }: SignedIn): Promise<StoredOAuthClientInformation> {
    if (wiring.clientId === undefined) return client ?? { client_id: '' }
    const secret = await options.clientSecret()
    return { client_id: wiring.clientId, ...(secret === undefined ? {} : { client_secret: secret }) }
  }

  /** With a person, where there is one. */
  async function signedIn(challenge: Challenge, why: string): Promise<string> {
    const { redirection } = options
    if (!redirection) throw loginNeeded(why)
    const [before, clientSecret] = [await current(), await options.clientSecret()]
    const record = await withRequests((requests) =>
      signIn({ ...options, clientSecret, before, challenge, redirection, requests }),
    )
    await changeSignedIn(home, server.name, server.url, async () => record)
    return record.tokens?.access_token ?? ''
  }

  async function renew(refused: string | undefined, challenge: Challenge): Promise<string> {
    const record = await refreshed(refused)
    const token = record?.tokens?.access_token
    if (token !== undefined && token !== refused) return token
    return signedIn(challenge, refused === undefined ? 'asks who you are' : 'does not accept the token any more')
  }

  async function widen(refused: string, challenge: Challenge): Promise<string> {
    const record = await current()
    const { tokens } = record ?? {}
    if (tokens && tokens.access_token !== refused && coversScope(tokens.scope, challenge.scope)) {
      return tokens.access_token
    }
    const scope = scopeUnion(tokens?.scope, record?.missedScope, challenge.scope)
    // The next one who signs in is asked for all of it.
    await reading(() =>
      changeSignedIn(home, server.name, server.url, async (stored) =>
        stored && scope !== undefined ? { ...stored, missedScope: scope } : stored,
      ),
    )
    const wanted = scopeUnion(challenge.scope)
    return signedIn(
      { ...challenge, ...(scope === undefined ? {} : { scope }) },
      wanted === undefined
        ? 'wants more than was granted'
        : `wants the scope \`${wanted.slice(0, 200)}\`, which was not granted`,
    )
  }

  return {
    async token() {
      const record = await current()
      const token = record?.tokens?.access_token
      const isOver = record?.expiresAt !== undefined && record.expiresAt - earlyMs <= now()
      if (token === undefined || !isOver || record?.tokens?.refresh_token === undefined) return token
      return this.renew(token, {})
    },
    renew(refused, challenge) {
      if (renewing && renewing.refused === refused) return renewing.token
      const token = renew(refused, challenge).finally(() => {
        if (renewing?.token === token) renewing = undefined
      })
      renewing = { refused, token }
      return token
    },
    widen(refused, challenge) {
      widening ??= widen(refused, challenge).finally(() => {
        widening = undefined
      })
      return widening
    },
  }
}

function withoutTokens(record: SignedIn): SignedIn {
  const { tokens: _, expiresAt: __, ...rest } = record
  return rest
}

/** Nothing has been sent when the file with the tokens is not as it should be. */
async function reading<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof HostError && cause.code === 'host.refused') {
      throw new HostError('server.start-failed', cause.message)
    }
    throw cause
  }
}
