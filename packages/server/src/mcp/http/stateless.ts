import { isJsonObject, type JsonObject } from '@ecp/protocol'
import {
  createMcpHandler,
  InMemoryServerEventBus,
  type JSONRPCRequest,
  McpServer,
  type ServerEvent,
} from '@modelcontextprotocol/server'
import type { OpenRequest } from '../../open-requests.ts'
import { type Change, Connection2026 } from '../connection-2026.ts'
import type { Face } from '../face.ts'
import { capabilitiesOf, implementation, instructionsOf } from '../greeting.ts'
import type { Admitted } from '../listening.ts'
import { bounded } from './bounded.ts'
import type { McpLimits } from './limits.ts'
import { noSession, tooMuch } from './refusals.ts'

const kinds = {
  'notifications/tools/list_changed': 'tools_list_changed',
  'notifications/prompts/list_changed': 'prompts_list_changed',
  'notifications/resources/list_changed': 'resources_list_changed',
} as const

/** What came with a request. */
export interface Posted {
  /** Parsed from JSON, whatever it is. */
  readonly body: unknown
  readonly isListen: boolean
  readonly open: OpenRequest
}

/** A client of revision 2026-07-28 over HTTP: a server of the SDK for each request, and one connection behind all of them. */
export class Stateless {
  /** When it was last asked for anything. */
  usedAt: number
  readonly #face: Face
  readonly #limits: McpLimits
  readonly #now: () => number
  readonly #connection: Connection2026
  readonly #handler: ReturnType<typeof createMcpHandler>
  readonly #onError = (error: Error) => this.#face.options.log(`client: ${error.message}`)
  readonly #bodies = new WeakMap<Request, JsonObject>()
  #open = 0
  #isClosed = false

  constructor(face: Face, limits: McpLimits, now: () => number) {
    this.#face = face
    this.#limits = limits
    this.#now = now
    this.usedAt = now()
    const bus = new InMemoryServerEventBus()
    this.#connection = new Connection2026(face, (change) => publish(bus, change), limits.rounds)
    this.#handler = createMcpHandler(({ requestInfo }) => this.#server(requestInfo), {
      legacy: 'reject',
      bus,
      maxSubscriptions: limits.maxListens,
      onerror: this.#onError,
    })
  }

  /** No response is open, no call waits for its client. */
  get isIdle(): boolean {
    return this.#open === 0 && this.#connection.isIdle
  }

  /** Answers a request, ill-formed ones included. */
  async answer(request: Request, { body, isListen, open }: Posted): Promise<Response> {
    if (open.isSurplus) return tooMuch('this client has too many requests that are not answered yet', idOf(body))
    const leave = open.keep()
    this.#open += 1
    let admitted: Admitted | undefined
    const onEnd = () => {
      leave()
      this.#open -= 1
      this.usedAt = this.#now()
      admitted?.end().catch(this.#onError)
    }
    try {
      if (isListen) admitted = await this.#connection.listen(body as JSONRPCRequest, request.signal) // reason: classified as such a request
      const parsedBody = admitted?.message ?? body
      if (isJsonObject(parsedBody)) this.#bodies.set(request, parsedBody)
      const response = this.#isClosed ? noSession() : await this.#handler.fetch(request, { parsedBody })
      if (response.headers.get('content-type') === 'text/event-stream') {
        return bounded(response, this.#limits.maxUnsentBytes, onEnd)
      }
      onEnd()
      return response
    } catch (cause) {
      onEnd()
      throw cause
    }
  }

  /** Cancels what is in flight, and settles when what came of it is on record. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#handler.close()
    await this.#connection.close()
  }

  async #server(request: Request | undefined): Promise<McpServer> {
    const method = String((request && this.#bodies.get(request)?.method) ?? '')
    const greeting = method === 'server/discover' ? await instructionsOf(this.#face.options) : {}
    return new StatelessServer(this.#face, greeting, this.#face.offers(method) ? this.#connection : undefined)
  }
}

/** Of the SDK's high-level server only that it checks a call's headers against its tool's schema. */
class StatelessServer extends McpServer {
  readonly #face: Face

  constructor(face: Face, greeting: { readonly instructions?: string }, connection: Connection2026 | undefined) {
    super(implementation(face.options), greeting)
    this.#face = face
    this.server.registerCapabilities(capabilitiesOf(face.options))
    if (connection) this.server.fallbackRequestHandler = (request, ctx) => connection.answer(request, ctx)
  }

  override toolInputSchemaJson(name: string): Record<string, unknown> | undefined {
    return this.#face.schema(name, 'inputSchema')
  }
}

/** Of a request; nothing for what is none. */
function idOf(body: unknown): string | number | undefined {
  const { id } = (isJsonObject(body) ? body : {}) as { id?: unknown } // reason: looked at below
  return typeof id === 'string' || typeof id === 'number' ? id : undefined
}

function publish(bus: InMemoryServerEventBus, { method, params }: Change): void {
  const event: ServerEvent =
    method in kinds
      ? { kind: kinds[method as keyof typeof kinds], params } // reason: looked up on the line above
      : { kind: 'resource_updated', uri: String(params.uri), params }
  bus.publish(event)
}
