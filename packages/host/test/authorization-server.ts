import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { type Listening, listening } from './listening.ts'

/** What an authorization server of a test does. */
export interface Behaviour {
  /** Refuses to let ecp register itself. */
  readonly registers?: boolean
  /** Registered by hand. */
  readonly client?: { readonly id: string; readonly secret: string }
  readonly expiresIn?: number
  /** Gives no refresh tokens. */
  readonly refreshes?: boolean
  /** A refresh token is good once; who uses one twice loses all. */
  readonly rotates?: boolean
  /** What `iss` says on the way back; `undefined` leaves it out. */
  iss?(own: string): string | undefined
  /** Looked at before anything else; true when it has answered. */
  before?(request: IncomingMessage, response: ServerResponse, body: string): boolean
}

export interface Grant {
  readonly client: string
  readonly scope: string
  readonly resource: string | null
}

/** A little OAuth 2.1 authorization server (RFC 8414, 7591, 7636, 9207) that lets everybody in who asks rightly. */
export interface AuthorizationServer extends Listening {
  /** The tokens that are good now. */
  readonly tokens: Map<string, Grant>
  readonly refreshTokens: Map<string, Grant>
  /** Every form that came to the token endpoint. */
  readonly forms: URLSearchParams[]
  readonly registrations: Record<string, unknown>[]
  /** From now on no access token is good any more. */
  expire(): void
}

export async function authorizationServer(behaviour: Behaviour = {}): Promise<AuthorizationServer> {
  const { registers = true, expiresIn = 3_600, refreshes = true, rotates = true, iss = (own) => own } = behaviour
  const tokens = new Map<string, Grant>()
  const refreshTokens = new Map<string, Grant>()
  const used = new Set<string>()
  const forms: URLSearchParams[] = []
  const registrations: Record<string, unknown>[] = []
  const codes = new Map<string, Grant & { readonly challenge: string; readonly redirect: string }>()
  const clients = new Map<string, { readonly secret?: string; readonly redirects?: readonly string[] }>()
  if (behaviour.client) clients.set(behaviour.client.id, { secret: behaviour.client.secret })
  const secret = (what: string) => `${what}-${randomBytes(16).toString('hex')}`

  const server: Listening = await listening(async (request, response) => {
    const body = await text(request)
    if (behaviour.before?.(request, response, body)) return
    const url = new URL(request.url ?? '/', server.url)
    const json = (value: unknown, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    const refuse = (error: string, status = 400) => json({ error, error_description: `no: ${body}` }, status)

    if (url.pathname === '/.well-known/oauth-authorization-server') {
      json({
        issuer: server.url,
        authorization_endpoint: `${server.url}/authorize`,
        token_endpoint: `${server.url}/token`,
        ...(registers ? { registration_endpoint: `${server.url}/register` } : {}),
        response_types_supported: ['code'],
        code_challenge_methods_supported: ['S256'],
        token_endpoint_auth_methods_supported: ['none', 'client_secret_basic'],
        authorization_response_iss_parameter_supported: true,
      })
    } else if (url.pathname === '/register' && registers) {
      const asked = JSON.parse(body) as { redirect_uris: string[] } // reason: the test's own client sends it
      const id = secret('client')
      registrations.push(asked)
      clients.set(id, { redirects: asked.redirect_uris })
      json({ ...asked, client_id: id, client_id_issued_at: 1 }, 201)
    } else if (url.pathname === '/authorize') {
      const asked = (name: string) => url.searchParams.get(name) ?? ''
      const client = clients.get(asked('client_id'))
      const redirect = asked('redirect_uri')
      if (!client || client.redirects?.includes(redirect) === false) return refuse('invalid_client')
      if (asked('code_challenge_method') !== 'S256') return refuse('invalid_request')
      const code = secret('code')
      const resource = url.searchParams.get('resource')
      codes.set(code, {
        client: asked('client_id'),
        scope: asked('scope'),
        resource,
        challenge: asked('code_challenge'),
        redirect,
      })
      const back = new URL(redirect)
      back.searchParams.set('code', code)
      back.searchParams.set('state', asked('state'))
      const issuer = iss(server.url)
      if (issuer !== undefined) back.searchParams.set('iss', issuer)
      response.writeHead(302, { location: back.href }).end()
    } else if (url.pathname === '/token') {
      const form = new URLSearchParams(body)
      forms.push(form)
      const basic = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1]
      const [id, given] = basic ? Buffer.from(basic, 'base64').toString().split(':') : [form.get('client_id') ?? '']
      const client = clients.get(id ?? '')
      if (!client || client.secret !== given) return refuse('invalid_client', 401)
      const grant = form.get('grant_type') === 'refresh_token' ? ofRefreshToken(form) : ofCode(form)
      if (!grant || grant.client !== id) return refuse('invalid_grant')
      const access = secret('access')
      const refresh = secret('refresh')
      tokens.set(access, grant)
      if (refreshes) refreshTokens.set(refresh, grant)
      json({
        access_token: access,
        token_type: 'Bearer',
        expires_in: expiresIn,
        ...(grant.scope === '' ? {} : { scope: grant.scope }),
        ...(refreshes && (rotates || form.get('grant_type') !== 'refresh_token') ? { refresh_token: refresh } : {}),
      })
    } else refuse('not_found', 404)
  })

  function ofCode(form: URLSearchParams): Grant | undefined {
    const code = codes.get(form.get('code') ?? '')
    codes.delete(form.get('code') ?? '')
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    return code?.challenge === verifier && code.redirect === form.get('redirect_uri') ? code : undefined
  }

  function ofRefreshToken(form: URLSearchParams): Grant | undefined {
    const token = form.get('refresh_token') ?? ''
    if (used.has(token)) {
      refreshTokens.clear()
      tokens.clear()
    }
    const grant = refreshTokens.get(token)
    if (rotates) {
      refreshTokens.delete(token)
      used.add(token)
    }
    return grant
  }

  return Object.assign(server, {
    tokens,
    refreshTokens,
    forms,
    registrations,
    expire: () => tokens.clear(),
  })
}

/** What a resource server does with its requests before it answers them: true when it has refused one. */
export function guardedBy(
  authorization: AuthorizationServer,
  needs: (request: IncomingMessage) => string | undefined = () => undefined,
  metadata = '/.well-known/oauth-protected-resource/mcp',
): (request: IncomingMessage, response: ServerResponse) => boolean {
  return (request, response) => {
    const own = `http://${request.headers.host}`
    if (request.url === metadata) {
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ resource: `${own}/mcp`, authorization_servers: [authorization.url] }))
      return true
    }
    if (request.url?.startsWith('/.well-known/')) {
      response.writeHead(404).end()
      return true
    }
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    const grant = authorization.tokens.get(token)
    const scope = needs(request)
    const challenge = (more: string) => `Bearer resource_metadata="${own}${metadata}"${more}`
    if (!grant) response.writeHead(401, { 'www-authenticate': challenge(scope ? `, scope="${scope}"` : '') }).end()
    else if (scope !== undefined && !grant.scope.split(' ').includes(scope)) {
      response.writeHead(403, { 'www-authenticate': challenge(`, error="insufficient_scope", scope="${scope}"`) }).end()
    } else return false
    return true
  }
}
