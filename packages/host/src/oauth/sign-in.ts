import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { OAuthWiring } from '@ecp/protocol'
import type {
  OAuthClientInformationContext,
  OAuthClientMetadata,
  OAuthClientProvider,
  OAuthDiscoveryState,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from '@modelcontextprotocol/client'
import { HostError } from '../error.ts'
import { addressKind, bareHost, isLocalName } from '../network/address.ts'
import type { Challenge } from './http-authorization.ts'
import type { SignedIn } from './oauth-file.ts'
import { scopeUnion } from './scopes.ts'
import { plain, type TokenRequests } from './token-requests.ts'

/** The person's part of signing in. */
export interface Redirection {
  /** Where the authorization server sends the person's browser back to. */
  readonly url: string
  /** Lets a person open `url`, and gives the query that they came back with: `code`, `state`, `iss`, or `error`. */
  authorize(url: URL): Promise<URLSearchParams>
}

export interface SignInOptions {
  readonly server: { readonly name: string; readonly url: string }
  readonly wiring: OAuthWiring
  /** The secret of a client that was registered by hand. */
  readonly clientSecret: string | undefined
  /** What was kept of the last time. */
  readonly before: SignedIn | undefined
  readonly challenge: Challenge
  readonly redirection: Redirection
  readonly requests: TokenRequests
  /** Told of each secret before it is used, so that it is never shown. */
  learn(value: string): void
  redact(text: string): string
  now(): number
}

/**
 * Signs in with a person's help: OAuth 2.1 with PKCE, through the SDK's flow (RFC 9728, 8414, 7591, 8707, 9207). Verifier, state
 * and code are in this process only, for as long as it takes. Gives what is to be kept. Throws `server.start-failed`.
 */
export async function signIn(options: SignInOptions): Promise<SignedIn> {
  const { auth, validateAuthorizationResponseIssuer, IssuerMismatchError } = await import(
    '@modelcontextprotocol/client'
  )
  const { server, wiring, before, challenge, redirection, requests } = options
  const failed = (why: string) =>
    new HostError('server.start-failed', `signing in at server \`${server.name}\` failed: ${why}`)
  const provider = new SignInProvider(options)
  const scope = scopeUnion(wiring.scopes?.join(' ') ?? challenge.scope, before?.missedScope)
  const request = {
    serverUrl: server.url,
    fetchFn: requests.fetch,
    forceReauthorization: true,
    ...(scope === undefined ? {} : { scope }),
    ...(challenge.resourceMetadataUrl ? { resourceMetadataUrl: challenge.resourceMetadataUrl } : {}),
  }
  try {
    await auth(provider, request)
    const url = provider.authorizationUrl
    if (!url) throw failed('the authorization server was not asked')
    const answer = await redirection.authorize(url)
    if (!isSame(answer.get('state') ?? '', provider.ownState)) throw failed('the answer belongs to another request')
    const iss = answer.get('iss') ?? undefined
    const code = answer.get('code')
    if (code === null) {
      const metadata = provider.discovery?.authorizationServerMetadata
      // Before anything that it says is believed (RFC 9207, 2.4).
      validateAuthorizationResponseIssuer({
        iss,
        expectedIssuer: metadata?.issuer,
        issParameterSupported: metadata?.authorization_response_iss_parameter_supported === true,
      })
      throw failed(`the authorization server says \`${plain(answer.get('error') ?? 'nothing')}\``)
    }
    options.learn(code)
    await auth(provider, { ...request, authorizationCode: code, ...(iss === undefined ? {} : { iss }) })
    return provider.signedIn()
  } catch (cause) {
    const refused = requests.refused()
    if (refused) throw failed(refused.message)
    if (cause instanceof HostError && cause.code === 'server.start-failed') throw cause
    // What it received instead is an attacker's to choose.
    if (cause instanceof IssuerMismatchError)
      throw failed('another authorization server answers than the one that was asked')
    throw failed(plain(options.redact((cause as Error).message))) // reason: the SDK throws only Errors
  }
}

function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'))
}

/** One attempt to sign in, for the SDK. Nothing of it outlives the attempt but {@link signedIn}. */
class SignInProvider implements OAuthClientProvider {
  readonly ownState = randomBytes(32).toString('base64url')
  authorizationUrl: URL | undefined
  discovery: OAuthDiscoveryState | undefined
  /** Only where the SDK may register a client. */
  readonly saveClientInformation?: (client: StoredOAuthClientInformation) => void
  readonly clientMetadataUrl?: string
  readonly #options: SignInOptions
  #client: StoredOAuthClientInformation | undefined
  #tokens: StoredOAuthTokens | undefined
  #resource: string | undefined
  #verifier = ''

  constructor(options: SignInOptions) {
    this.#options = options
    const { wiring, before, redirection } = options
    if (wiring.clientMetadataUrl !== undefined) this.clientMetadataUrl = wiring.clientMetadataUrl
    if (wiring.clientId !== undefined) return
    // One that was registered with another address would be sent back there.
    if (before?.redirectUrl === redirection.url) this.#client = before.client
    this.saveClientInformation = (client) => {
      if (client.client_secret) options.learn(client.client_secret)
      this.#client = client
    }
  }

  get redirectUrl(): string {
    return this.#options.redirection.url
  }

  get clientMetadata(): OAuthClientMetadata {
    return {
      client_name: 'ECP',
      redirect_uris: [this.redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    }
  }

  state(): string {
    return this.ownState
  }

  clientInformation(context?: OAuthClientInformationContext): StoredOAuthClientInformation | undefined {
    const { wiring, clientSecret } = this.#options
    if (wiring.clientId === undefined) return this.#client
    const issuer = wiring.issuer ?? context?.issuer
    return {
      client_id: wiring.clientId,
      ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
      ...(issuer === undefined ? {} : { issuer }),
    }
  }

  /** Those of before are not looked at: somebody wants to sign in. */
  tokens(): StoredOAuthTokens | undefined {
    return this.#tokens
  }

  saveTokens(tokens: StoredOAuthTokens): void {
    this.#options.learn(tokens.access_token)
    if (tokens.refresh_token !== undefined) this.#options.learn(tokens.refresh_token)
    this.#tokens = tokens
  }

  redirectToAuthorization(url: URL): void {
    const isHere = isLocalName(bareHost(url.hostname)) || addressKind(bareHost(url.hostname)) === 'loopback'
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isHere)) {
      const text = `the authorization server names \`${plain(url.origin)}\` to sign in at, which is neither https nor this machine`
      throw new HostError('server.start-failed', text)
    }
    this.authorizationUrl = url
  }

  saveCodeVerifier(verifier: string): void {
    this.#options.learn(verifier)
    this.#verifier = verifier
  }

  codeVerifier(): string {
    return this.#verifier
  }

  saveResourceUrl(resource: string): void {
    this.#resource = resource
  }

  /** Called before anything is sent to the authorization server but the question who it is. */
  saveDiscoveryState(state: OAuthDiscoveryState): void {
    const { server, wiring, before, clientSecret } = this.#options
    const issuer = state.authorizationServerMetadata?.issuer ?? state.authorizationServerUrl
    // A secret that an operator was given by one authorization server is not sent to another one, because a server says so.
    const wanted = wiring.issuer ?? (clientSecret === undefined ? undefined : before?.tokens?.issuer)
    if (wanted !== undefined && withoutSlash(wanted) !== withoutSlash(issuer)) {
      throw new HostError(
        'server.start-failed',
        `server \`${server.name}\` names the authorization server \`${plain(issuer)}\`, and not \`${wanted}\`; if that is meant, say so as \`oauth.issuer\` where it is wired`,
      )
    }
    this.discovery = state
  }

  discoveryState(): OAuthDiscoveryState | undefined {
    return this.discovery
  }

  invalidateCredentials(scope: 'all' | 'client' | 'tokens' | 'verifier' | 'discovery'): void {
    if (scope === 'all' || scope === 'client') this.#client = undefined
    if (scope === 'all' || scope === 'tokens') this.#tokens = undefined
  }

  signedIn(): SignedIn {
    const { server, redirection, wiring, now } = this.#options
    const tokens = this.#tokens
    if (!tokens) throw new HostError('server.start-failed', 'the authorization server gave no token')
    return {
      url: server.url,
      tokens,
      ...(wiring.clientId === undefined && this.#client ? { client: this.#client, redirectUrl: redirection.url } : {}),
      ...(wiring.clientId === undefined ? {} : { client: { client_id: wiring.clientId } }),
      ...(this.#resource === undefined ? {} : { resource: this.#resource }),
      ...expiryOf(tokens, now()),
    }
  }
}

/** When a token that was just given ends. */
export function expiryOf(tokens: StoredOAuthTokens, now: number): Pick<SignedIn, 'expiresAt'> {
  return tokens.expires_in === undefined ? {} : { expiresAt: now + tokens.expires_in * 1_000 }
}

const withoutSlash = (url: string): string => url.replace(/\/$/, '')
