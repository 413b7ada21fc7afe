import { isJsonObject } from '@ecp/protocol'
import { HostError } from '../../error.ts'
import { type BodyWatch, totalLimit } from '../../network/body.ts'
import type { GuardedFetch } from '../../network/guarded-fetch.ts'
import type { Challenge, HttpAuthorization } from '../../oauth/http-authorization.ts'
import type { ServerLimits } from '../stdio-server.ts'
import { eventLimit } from './event-limit.ts'
import type { Exchange } from './exchange.ts'
import type { HttpServer } from './http-server.ts'

export interface RequestsOptions {
  readonly fetch: GuardedFetch
  /** Missing for a server that gets its credentials by header. */
  readonly oauth?: HttpAuthorization
  readonly limits: Pick<ServerLimits, 'maxMessageBytes'>
  /** The connection as a whole is over. */
  onLost(fault: HostError): void
}

const answerTypes = ['application/json', 'text/event-stream']

/**
 * The requests of one connection to a server: with its headers and its token, which go nowhere else; a token is renewed, and
 * headers are asked for again, once, when the server refuses them. Only answers that can be MCP reach the SDK: bounded, of
 * the right type, and JSON-RPC errors as what they are, whatever their status.
 */
export class ServerRequests {
  readonly #server: HttpServer
  readonly #options: RequestsOptions
  readonly #who: string
  readonly #origin: string
  /** HTTP with SSE: a POST only delivers, what comes back comes on the one stream. */
  readonly #isOlder: boolean
  #headers: Promise<Readonly<Record<string, string>>> | undefined

  constructor(server: HttpServer, options: RequestsOptions) {
    this.#server = server
    this.#options = options
    this.#who = `server \`${server.name}\``
    this.#origin = new URL(server.url).origin
    this.#isOlder = server.kind === 'sse'
  }

  async fetch(url: string | URL, init: RequestInit, exchange: Exchange | undefined): Promise<Response> {
    const token = await this.#options.oauth?.token()
    const first = await this.#send(url, init, exchange, token)
    const answer = await this.#admitted(first, token, (again) => this.#send(url, init, exchange, again))
    const method = init.method ?? 'GET'
    // A stream that is not there takes no call in flight with it; whatever is posted next will find out.
    if (answer.status === 404 && method === 'POST' && new Headers(init.headers).has('mcp-session-id')) {
      void answer.body?.cancel()
      const text = `${this.#who} has ended the session (HTTP 404)`
      const failed = new HostError(
        'server.start-failed',
        `${text} and did nothing; the next request begins another one`,
      )
      exchange?.fail(failed)
      this.#options.onLost(new HostError('server.exited', text))
      throw failed
    }
    if (answer.ok) this.#refuseOtherTypes(answer, method, exchange)
    else if (method === 'POST' && exchange?.expectsAnswer && !this.#isOlder) return rpcErrorOf(answer, exchange)
    return answer
  }

  async #send(
    url: string | URL,
    init: RequestInit,
    exchange: Exchange | undefined,
    token: string | undefined,
  ): Promise<Response> {
    const headers = new Headers(init.headers)
    // INVARIANT: what is bound to this server is sent to its own origin only.
    const own = new URL(url).origin === this.#origin ? await this.#ownHeaders() : {}
    for (const [name, value] of Object.entries(own)) if (!headers.has(name)) headers.set(name, value)
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
    return this.#options.fetch(url, {
      ...init,
      headers,
      carriesCredentials: token !== undefined || Object.keys(own).length > 0,
      watch: (head) => this.#watch(head, init.method ?? 'GET', exchange),
    })
  }

  #ownHeaders(): Promise<Readonly<Record<string, string>>> {
    this.#headers ??= this.#server.headers()
    return this.#headers
  }

  /** The answer, or that to the same request once more after the server refused the credentials of the first. */
  async #admitted(
    answer: Response,
    token: string | undefined,
    again: (token: string | undefined) => Promise<Response>,
  ): Promise<Response> {
    const { oauth } = this.#options
    if (answer.status === 401) {
      const challenge = await challengeOf(answer)
      void answer.body?.cancel()
      const fresh = oauth ? await oauth.renew(token, challenge) : await this.#askHeadersAgain()
      const second = await again(fresh)
      if (second.status !== 401) return this.#admitted(second, fresh, again)
      void second.body?.cancel()
      throw this.#refused('the credentials that it has just been given')
    }
    if (answer.status !== 403 || !oauth || token === undefined) return answer
    const challenge = await challengeOf(answer)
    if (challenge.error !== 'insufficient_scope') return answer
    void answer.body?.cancel()
    return again(await oauth.widen(token, challenge))
  }

  async #askHeadersAgain(): Promise<undefined> {
    const before = JSON.stringify(await this.#headers)
    this.#headers = this.#server.headers()
    if (JSON.stringify(await this.#headers) === before) throw this.#refused('its header bindings')
  }

  #refused(what: string): HostError {
    const text = `${this.#who} does not accept ${what} (HTTP 401); nothing was done`
    return new HostError('server.start-failed', text)
  }

  #watch(head: Pick<Response, 'status' | 'headers'>, method: string, exchange: Exchange | undefined): BodyWatch {
    const { limits, onLost } = this.#options
    const isStream = mediaType(head.headers) === 'text/event-stream'
    const limit = isStream
      ? eventLimit(this.#who, limits.maxMessageBytes)
      : totalLimit(this.#who, limits.maxMessageBytes)()
    exchange?.streamOpened()
    return {
      data: (chunk) => {
        try {
          limit.data(chunk)
        } catch (cause) {
          const fault = cause as HostError // reason: limits throw nothing else
          if (exchange?.expectsAnswer) exchange.fail(fault)
          else if (method === 'GET') onLost(fault)
          throw fault
        }
      },
      end: () => {
        exchange?.streamEnded()
        if (this.#isOlder && method === 'GET' && isStream && head.status === 200) {
          onLost(new HostError('server.exited', `${this.#who} ended its event stream`))
        }
      },
    }
  }

  #refuseOtherTypes(answer: Response, method: string, exchange: Exchange | undefined): void {
    const type = mediaType(answer.headers)
    const wanted = method === 'GET' ? ['text/event-stream'] : exchange?.expectsAnswer ? answerTypes : []
    // The older transport answers on the stream of its GET.
    if (wanted.length === 0 || (method === 'POST' && this.#isOlder) || wanted.includes(type)) return
    void answer.body?.cancel()
    const what = type === '' ? `HTTP ${answer.status} and no content` : `\`${type}\``
    const asked = exchange && method === 'POST' ? `\`${exchange.method}\`` : 'the request for its event stream'
    throw new HostError(
      'server.protocol',
      `${this.#who} answered ${asked} with ${what} instead of ${wanted.join(' or ')}`,
    )
  }
}

/** A JSON-RPC error reaches whoever asked, also under an HTTP status that the SDK does not look behind. */
async function rpcErrorOf(answer: Response, exchange: Exchange): Promise<Response> {
  const text = await answer.text()
  const { status, headers } = answer
  if (exchange.isProbe) return new Response(text, { status, headers })
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return new Response(text, { status, headers })
  }
  const asItIs = () => new Response(text, { status, headers })
  if (!isJsonObject(body) || body.jsonrpc !== '2.0' || !isJsonObject(body.error)) return asItIs()
  // Who did not get as far as reading the id answers without one.
  if (body.id !== exchange.id && (body.id ?? null) !== null) return asItIs()
  return Response.json({ ...body, id: exchange.id })
}

async function challengeOf(answer: Response): Promise<Challenge & { readonly error?: string }> {
  const { extractWWWAuthenticateParams } = await import('@modelcontextprotocol/client')
  const { resourceMetadataUrl, scope, error } = extractWWWAuthenticateParams(answer)
  return {
    ...(resourceMetadataUrl ? { resourceMetadataUrl } : {}),
    ...(scope === undefined ? {} : { scope }),
    ...(error === undefined ? {} : { error }),
  }
}

/** Without parameters, and without what does not belong into one. */
function mediaType(headers: Headers): string {
  const [type = ''] = (headers.get('content-type') ?? '').split(';')
  return type
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9/.+-]/g, '?')
    .slice(0, 60)
}
