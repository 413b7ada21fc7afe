import type { Agent, Dispatcher } from 'undici'
import { HostError } from '../error.ts'
import { addressKind, bareHost, isLocalName } from './address.ts'
import { type BodyWatch, totalLimit, watchedBody } from './body.ts'
import { type Lookup, openGuardedAgent } from './guarded-agent.ts'
import { fitsDomain, type NetworkRules } from './network-rules.ts'

export interface GuardedFetchOptions {
  /** What is wired under the name; missing: a server. */
  readonly kind?: 'server' | 'issuer' | 'webhook' | 'model provider' | 'agent'
  /** For messages. */
  readonly name: string
  readonly rules: NetworkRules
  /** Hosts that the operator wrote down as an address or as `localhost`, see `literalHosts`. */
  readonly literals: readonly string[]
  /** Tests only; else the system's. */
  readonly lookup?: Lookup
}

export interface GuardedInit extends RequestInit {
  /** Whether a header or the body holds a credential that cannot be told by its name: no redirect is followed then. */
  readonly carriesCredentials?: boolean
  /** Sees the body of the answer as it comes in, and may end it. Missing: a body of over 1 MB is an error. */
  readonly watch?: (head: Pick<Response, 'status' | 'headers'>) => BodyWatch
}

/**
 * `fetch` for one wired server, within the rules of `security.network` (host.md): https only, except to this machine; only
 * domains and addresses that are allowed; every connection to an address that was judged; no redirect with credentials, to
 * another origin, or with another method. Fails with `HostError`: `network.refused` and `server.start-failed` before anything
 * was sent, `server.exited` and `server.protocol` after; or with the reason of an aborted signal. Gives global `Response`s.
 */
export interface GuardedFetch {
  (url: string | URL, init?: GuardedInit): Promise<Response>
  /** Ends its connections. */
  close(): Promise<void>
}

const maxRedirects = 3
const defaultMaxBytes = 1_000_000
const credentialHeaders = ['authorization', 'cookie', 'proxy-authorization', 'dpop', 'mcp-session-id']
const redirects = new Set([301, 302, 303, 307, 308])
const withoutBody = new Set([204, 205, 304])

/** A {@link GuardedFetch}. Opens nothing before it is called. */
export function createGuardedFetch(options: GuardedFetchOptions): GuardedFetch {
  const who = `${options.kind ?? 'server'} \`${options.name}\``
  let agent: Promise<Agent> | undefined

  async function guarded(url: string | URL, init: GuardedInit = {}): Promise<Response> {
    const method = (init.method ?? 'GET').toUpperCase()
    const headers = new Headers(init.headers)
    if (!headers.has('user-agent')) headers.set('user-agent', 'ecp')
    const body = bodyOf(init.body)
    const carries =
      init.carriesCredentials === true ||
      init.body instanceof URLSearchParams ||
      credentialHeaders.some((name) => headers.has(name))
    agent ??= openGuardedAgent({ ...options, who })
    const dispatcher = await agent
    let target = new URL(url)
    for (let followed = 0; ; followed++) {
      refuseUrl(who, target, options.rules)
      const answer = await send(who, dispatcher, target, { method, headers, body, signal: init.signal ?? null })
      const { location } = answer.headers
      if (!redirects.has(answer.statusCode) || typeof location !== 'string') return responseOf(who, answer, init)
      answer.body.on('error', () => {}).destroy()
      target = followedTo(who, target, location, { method, status: answer.statusCode, carries, followed })
    }
  }
  return Object.assign(guarded, {
    async close() {
      await (await agent)?.destroy()
    },
  })
}

/** The rules that need no look-up: each holds again after each redirect. */
function refuseUrl(who: string, url: URL, { domains }: NetworkRules): void {
  const host = bareHost(url.hostname)
  const refuse = (why: string) => {
    throw new HostError('network.refused', `${who} is not connected to: ${why}`)
  }
  const isHere = isLocalName(host) || addressKind(host) === 'loopback'
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isHere)) {
    refuse(`\`${url.protocol}//${url.host}\` is neither https nor http to this machine; use https`)
  }
  if (url.username !== '' || url.password !== '') refuse(`its address at \`${url.host}\` holds a user or password`)
  const against = domains.find(({ patterns }) => !fitsDomain(host, patterns))
  if (against) {
    refuse(`\`${host}\` is not in \`security.network.allowDomains\` (${against.place}); list it there if that is meant`)
  }
}

interface Hop {
  readonly method: string
  readonly status: number
  readonly carries: boolean
  readonly followed: number
}

/** Where a redirect leads, if it is one that may be followed. */
function followedTo(who: string, from: URL, location: string, { method, status, carries, followed }: Hop): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined
  // Not the whole address: a query may hold what nobody should see.
  const shown = to ? `\`${to.protocol}//${to.host}${to.pathname}\`` : 'what is no URL'
  const refuse = (why: string): never => {
    throw new HostError('network.refused', `${who} redirects \`${from.host}\` (HTTP ${status}) to ${shown}, ${why}`)
  }
  if (!to) return refuse('which is not followed')
  if (carries) {
    return refuse('which is not followed with credentials; write the address that is meant into its `url`')
  }
  if (to.origin !== from.origin)
    return refuse('which is another origin; write the address that is meant into its `url`')
  if (method !== 'GET' && method !== 'HEAD' && status !== 307 && status !== 308) {
    return refuse(`which would change the ${method} into another request`)
  }
  return followed < maxRedirects ? to : refuse(`after ${maxRedirects} redirects before it`)
}

interface Sent {
  readonly method: string
  readonly headers: Headers
  readonly body: string | null
  readonly signal: AbortSignal | null
}

async function send(who: string, agent: Agent, url: URL, sent: Sent): Promise<Dispatcher.ResponseData> {
  sent.signal?.throwIfAborted()
  try {
    return await agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: sent.method as Dispatcher.HttpMethod, // reason: undici takes any token, its type only the common ones
      headers: Object.fromEntries(sent.headers),
      body: sent.body,
      signal: sent.signal,
    })
  } catch (cause) {
    if (sent.signal?.aborted) throw sent.signal.reason
    throw brokenOff(who, cause)
  }
}

function responseOf(who: string, answer: Dispatcher.ResponseData, init: GuardedInit): Response {
  const { statusCode: status, body } = answer
  const headers = new Headers()
  for (const [name, value] of Object.entries(answer.headers)) {
    for (const one of Array.isArray(value) ? value : [value ?? '']) headers.append(name, one)
  }
  const watch = (init.watch ?? totalLimit(who, defaultMaxBytes))({ status, headers })
  const encoding = headers.get('content-encoding') ?? 'identity'
  const unreadable = status > 599 || encoding !== 'identity'
  if (withoutBody.has(status) || unreadable) {
    body.on('error', () => {}).destroy()
    watch.end()
    if (!unreadable) return new Response(null, { status, headers })
    const what = status > 599 ? `HTTP ${status}` : `content encoding \`${encoding.slice(0, 50)}\``
    throw new HostError('server.protocol', `${who} answered with ${what}, which was not asked for`)
  }
  const { signal } = init
  const failed = (cause: unknown) => (signal?.aborted ? signal.reason : brokenOff(who, cause))
  return new Response(watchedBody(body, watch, failed), { status, statusText: answer.statusText, headers })
}

/** What a request failed with once there was a connection: what the server has heard of it is open. */
function brokenOff(who: string, cause: unknown): HostError {
  if (cause instanceof HostError) return cause
  const { name, code, message } = cause as Error & { code?: unknown } // reason: undici rejects with Errors only
  if (name === 'HTTPParserError' || code === 'UND_ERR_HEADERS_OVERFLOW') {
    return new HostError('server.protocol', `${who} does not speak HTTP as it should: ${message}`)
  }
  return new HostError('server.exited', `${who} closed the connection before its answer was complete: ${message}`)
}

function bodyOf(body: RequestInit['body']): string | null {
  if (body === undefined || body === null) return null
  if (typeof body === 'string' || body instanceof URLSearchParams) return body.toString()
  throw new HostError('server.unsupported', 'a request body that is neither text nor a form cannot be sent')
}
