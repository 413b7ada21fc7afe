import { type Host, HostError } from '@ecp/host'
import { classifyInboundRequest, isJsonContentType } from '@modelcontextprotocol/server'
import type { OpenRequest } from '../open-requests.ts'
import type { NameStyle } from './exposure.ts'
import { Face } from './face.ts'
import { refuseAmbiguousNames } from './greeting.ts'
import { defaultMcpLimits, type McpLimits } from './http/limits.ts'
import { pacedLog } from './http/paced-log.ts'
import { noSession, refused } from './http/refusals.ts'
import { type Owner, Sessions } from './http/sessions.ts'
import { Stateless } from './http/stateless.ts'
import { listenMethod } from './listening.ts'

/** Who sends a request, after it was authenticated: as what it acts, and through which boundary. */
export interface McpCaller {
  readonly client: string
  /** Another one than before when what the client may do has changed: what it has open then is not found any more. */
  readonly generation: number | string
  /** Another one than before in the same generation ends what the client has open, as `revoke` does. */
  readonly host: Host
  readonly executor: string
  readonly names: NameStyle
}

export interface McpEndpointOptions {
  readonly version: string
  readonly limits?: Partial<McpLimits>
  /** See `FaceOptions`. */
  console?(): string | undefined
  /** Milliseconds since the epoch. */
  now?(): number
  /** Lines for the operator. */
  log(line: string): void
}

/** MCP over streamable HTTP, both revisions, for many clients. */
export interface McpEndpoint {
  /**
   * Answers GET, POST and DELETE. Origin, Host, credentials and the size of the body were looked at before; rejects with
   * what reading the body rejects with. `request.signal` tells that the client is gone. A request that is not answered with
   * the response keeps `open`.
   */
  fetch(request: Request, caller: McpCaller, open: OpenRequest): Promise<Response>
  /** Ends all that a client has open, whatever its generation; settles when what was in flight is on record. */
  revoke(client: string): Promise<void>
  /** Whether a client has a session open, or anything in flight. */
  isOpen(client: string): boolean
  /** Open sessions of revision 2025-11-25. */
  sessions(): number
  /** Ends everything; settles when what was in flight is on record. */
  close(): Promise<void>
}

interface Scope extends Owner {
  readonly client: string
  stateless?: Stateless
  /** Requests that are being answered. */
  busy: number
}

/** Serves MCP to whoever an HTTP server has authenticated. Throws nothing before it is asked. */
export function createMcpEndpoint(options: McpEndpointOptions): McpEndpoint {
  const limits = { ...defaultMcpLimits, ...options.limits }
  const now = options.now ?? Date.now
  const sessions = new Sessions(limits, now)
  const scopes = new Map<string, Scope>()
  let isClosed = false

  function scopeOf({ client, generation, ...as }: McpCaller): Scope {
    const key = JSON.stringify([client, generation])
    const known = scopes.get(key)
    if (known?.face.options.host === as.host) return known
    // Its boundary is another one now: nothing goes on through the old one.
    if (known) void end(known)
    refuseAmbiguousNames(as)
    const log = pacedLog((line) => options.log(`${client}: ${line}`), now)
    const face = new Face({
      ...as,
      version: options.version,
      log,
      ...(options.console ? { console: options.console } : {}),
    })
    const scope: Scope = { client, face, sessions: new Map(), isOver: false, busy: 0 }
    scopes.set(key, scope)
    return scope
  }

  async function post(request: Request, scope: Scope, open: OpenRequest): Promise<Response> {
    if (!isJsonContentType(request.headers.get('content-type'))) {
      return refused(415, -32_000, 'Unsupported Media Type: the content type must be application/json')
    }
    const body = parsed(await request.text())
    if (scope.isOver) return noSession()
    if (body === undefined) return refused(400, -32_700, 'Parse error: the body is not valid JSON')
    const route = classifyInboundRequest({ httpMethod: 'POST', body, ...standardHeaders(request) })
    if (route.kind === 'legacy') {
      if (route.reason === 'batch') return refused(400, -32_600, 'Invalid Request: batches are not served')
      return sessions.post(request, body, scope, open)
    }
    scope.stateless ??= new Stateless(scope.face, limits, now)
    const isListen = route.kind === 'modern' && route.message.method === listenMethod && route.messageKind === 'request'
    return scope.stateless.answer(request, { body, isListen, open })
  }

  function sweep(): void {
    sessions.sweep()
    for (const [key, scope] of scopes) {
      const { stateless } = scope
      if (stateless?.isIdle && stateless.usedAt <= now() - limits.idleMs) {
        delete scope.stateless
        stateless.close().catch((cause) => options.log(`${scope.client}: ${String(cause)}`))
      }
      if (!scope.stateless && scope.sessions.size === 0 && scope.busy === 0) scopes.delete(key)
    }
  }
  const timer = setInterval(sweep, limits.sweepMs)
  timer.unref()

  async function answer(request: Request, scope: Scope, open: OpenRequest): Promise<Response> {
    switch (request.method) {
      case 'POST':
        return post(request, scope, open)
      case 'GET':
        return sessions.listen(request, scope)
      case 'DELETE':
        return sessions.end(request, scope)
      default:
        return refused(405, -32_000, 'Method not allowed', { headers: { allow: 'GET, POST, DELETE' } })
    }
  }

  async function end(scope: Scope): Promise<void> {
    scope.isOver = true
    const ending = [...scope.sessions.values()].map((session) => session.end())
    const ended = await Promise.allSettled([...ending, scope.stateless?.close()])
    for (const one of ended) if (one.status === 'rejected') options.log(`${scope.client}: ${String(one.reason)}`)
  }

  return {
    async fetch(request, caller, open) {
      if (isClosed) return refused(503, -32_000, 'the endpoint is closing')
      try {
        const scope = scopeOf(caller)
        scope.busy += 1
        return await answer(request, scope, open).finally(() => {
          scope.busy -= 1
        })
      } catch (cause) {
        if (!(cause instanceof HostError)) throw cause
        options.log(`${caller.client}: ${cause.message}`)
        return refused(403, -32_003, cause.message)
      }
    },
    async revoke(client) {
      const revoked = [...scopes].filter(([, scope]) => scope.client === client)
      for (const [key] of revoked) scopes.delete(key)
      await Promise.all(revoked.map(([, scope]) => end(scope)))
    },
    isOpen: (client) => [...scopes.values()].some((scope) => scope.client === client),
    sessions: () => sessions.size,
    async close() {
      isClosed = true
      clearInterval(timer)
      const open = [...scopes.values()]
      scopes.clear()
      await Promise.all(open.map(end))
    },
  }
}

/** Nothing for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function standardHeaders({ headers }: Request) {
  const named = (key: string, value: string | null) => (value === null ? {} : { [key]: value })
  return {
    ...named('protocolVersionHeader', headers.get('mcp-protocol-version')),
    ...named('mcpMethodHeader', headers.get('mcp-method')),
    ...named('mcpNameHeader', headers.get('mcp-name')),
  }
}
