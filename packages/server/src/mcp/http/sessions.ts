import {
  isInitializeRequest,
  isJSONRPCRequest,
  type JSONRPCMessage,
  parseJSONRPCMessage,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/server'
import type { OpenRequest } from '../../open-requests.ts'
import type { Face } from '../face.ts'
import { EventBudget } from './event-budget.ts'
import { HttpSession } from './http-session.ts'
import type { McpLimits } from './limits.ts'
import { noSession, refused } from './refusals.ts'

/** Whose sessions they are: a session is used by the same client, in the same generation, or not at all. */
export interface Owner {
  readonly face: Face
  /** Its sessions by id. */
  readonly sessions: Map<string, HttpSession>
  /** It may do nothing any more. */
  isOver: boolean
}

/** The sessions of all clients of revision 2025-11-25 (MCP, basic/transports, Session Management). */
export class Sessions {
  readonly #limits: McpLimits
  readonly #now: () => number
  readonly #budget: EventBudget
  readonly #all = new Set<HttpSession>()

  constructor(limits: McpLimits, now: () => number) {
    this.#limits = limits
    this.#now = now
    this.#budget = new EventBudget(limits.events.maxTotalBytes)
  }

  get size(): number {
    return this.#all.size
  }

  /** A POST whose body was parsed from JSON. */
  async post(request: Request, body: unknown, owner: Owner, open: OpenRequest): Promise<Response> {
    const message = parsed(body)
    if (!message) return refused(400, -32_600, 'Invalid Request: the body is no JSON-RPC message of MCP')
    const sessionId = request.headers.get('mcp-session-id')
    const accept = request.headers.get('accept')
    if ('method' in message && message.method === 'initialize' && isJSONRPCRequest(message)) {
      if (!isInitializeRequest(message))
        return refused(400, -32_602, 'Invalid params of `initialize`', { id: message.id })
      if (sessionId === null) return this.#begin(message, accept, owner, open)
      return refused(400, -32_600, 'Invalid Request: a session is initialized once', { id: message.id })
    }
    const session = this.#found(request, owner)
    return session instanceof Response ? session : session.transport.post(message, accept, open)
  }

  /** GET: listens, or goes on with a stream that was cut off. */
  listen(request: Request, owner: Owner): Response {
    const accept = request.headers.get('accept') ?? '*/*'
    if (!/text\/(event-stream|\*)|\*\/\*/.test(accept)) {
      return refused(406, -32_000, 'Not Acceptable: the client must accept text/event-stream')
    }
    const session = this.#found(request, owner)
    return session instanceof Response ? session : session.transport.listen(request.headers.get('last-event-id'))
  }

  /** DELETE. */
  async end(request: Request, owner: Owner): Promise<Response> {
    const session = this.#found(request, owner)
    if (session instanceof Response) return session
    await session.end()
    return new Response(null, { status: 200 })
  }

  /** Ends what was idle for too long, and lets go of events that are too old. */
  sweep(): void {
    const now = this.#now()
    for (const session of this.#all) {
      session.transport.expire()
      if (!session.isIdle) session.usedAt = now
      else if (session.usedAt <= now - this.#limits.idleMs) void session.end()
    }
  }

  async #begin(message: JSONRPCMessage, accept: string | null, owner: Owner, open: OpenRequest): Promise<Response> {
    const full = this.#makeRoom(owner)
    if (full) return full
    const session: HttpSession = new HttpSession({
      face: owner.face,
      limits: this.#limits,
      budget: this.#budget,
      now: this.#now,
      onEnd: () => {
        this.#all.delete(session)
        owner.sessions.delete(session.id)
      },
    })
    this.#all.add(session)
    owner.sessions.set(session.id, session)
    try {
      await session.open()
    } catch (cause) {
      await session.end()
      throw cause
    }
    if (owner.isOver) await session.end()
    return session.transport.post(message, accept, open)
  }

  /** The oldest idle one goes first; where none is idle, the new one is refused. */
  #makeRoom(owner: Owner): Response | undefined {
    const { maxSessionsPerClient, maxSessions } = this.#limits
    if (owner.sessions.size >= maxSessionsPerClient && !endOldestIdle(owner.sessions.values())) {
      const text = `this client has ${maxSessionsPerClient} sessions, and none of them is idle`
      return refused(429, -32_000, text, { headers: { 'retry-after': '10' } })
    }
    if (this.#all.size >= maxSessions && !endOldestIdle(this.#all)) {
      return refused(503, -32_000, 'there are too many sessions', { headers: { 'retry-after': '10' } })
    }
    return undefined
  }

  #found(request: Request, { sessions }: Owner): HttpSession | Response {
    const id = request.headers.get('mcp-session-id')
    if (id === null) return refused(400, -32_000, 'Bad Request: the `Mcp-Session-Id` header is missing')
    const session = sessions.get(id)
    if (!session) return noSession()
    const version = request.headers.get('mcp-protocol-version')
    if (version !== null && !SUPPORTED_PROTOCOL_VERSIONS.includes(version)) {
      return refused(
        400,
        -32_000,
        `Bad Request: \`${version.slice(0, 40)}\` is no protocol version that is spoken here`,
      )
    }
    session.usedAt = this.#now()
    return session
  }
}

/** False when there is none. */
function endOldestIdle(sessions: Iterable<HttpSession>): boolean {
  const idle = [...sessions].filter(({ isIdle }) => isIdle)
  const [oldest] = idle.sort((one, other) => one.usedAt - other.usedAt)
  void oldest?.end()
  return oldest !== undefined
}

function parsed(body: unknown): JSONRPCMessage | undefined {
  try {
    return parseJSONRPCMessage(body)
  } catch {
    return undefined
  }
}
