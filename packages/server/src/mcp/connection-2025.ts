import { HostError, type PerformOptions, type ServerEvent, type Session } from '@ecp/host'
import { isJsonObject, type JsonObject } from '@ecp/protocol'
import type { RequestId, ServerContext } from '@modelcontextprotocol/server'
import { refuseUndeclared } from './can-be-asked.ts'
import type { Exchange } from './exchange.ts'
import type { Face } from './face.ts'
import { FaceServer } from './face-server.ts'
import { capabilitiesOf, implementation } from './greeting.ts'
import { progressTo } from './progress.ts'
import { rpcErrorOf } from './rpc-errors.ts'
import { keptCode } from './wire-code.ts'

/** A person may think for so long (ms). */
const longestAnswerMs = 600_000
/** Lets an answer through as it came (Standard Schema v1). */
const raw = {
  '~standard': { version: 1 as const, vendor: 'ecp', validate: (value: unknown) => ({ value }) },
}

export interface Connection2025Options {
  /** What servers say to the client's model. */
  readonly instructions?: string
  /** See `Session`. */
  readonly sessionId: string
}

/** A client of revision 2025-11-25 or older, from its greeting on, whatever it came over. */
export class Connection2025 {
  /** To be connected to the client's transport. */
  readonly server: FaceServer
  readonly #face: Face
  readonly #sessionId: string
  /** Oldest first. */
  readonly #inFlight = new Map<Promise<unknown>, RequestId>()
  #stops: (() => void)[] = []

  constructor(face: Face, { sessionId, ...greeting }: Connection2025Options) {
    const { options } = face
    this.#face = face
    this.#sessionId = sessionId
    this.server = new FaceServer(implementation(options), { capabilities: capabilitiesOf(options), ...greeting })
    // One door for all methods, and a raw one: typed handlers drop the fields that they do not know.
    this.server.removeRequestHandler('logging/setLevel')
    this.server.fallbackRequestHandler = async ({ method, params }, ctx) => {
      const work = this.#answer(method, (params ?? {}) as JsonObject, ctx) // reason: parsed from JSON by the transport
      this.#inFlight.set(work, ctx.mcpReq.id)
      return (await work.finally(() => this.#inFlight.delete(work))) as never // reason: results pass as they came
    }
    this.server.oninitialized = () => this.#listen()
  }

  /** Whom servers are asked for. */
  get session(): Session {
    return { id: this.#sessionId, capabilities: (this.server.getClientCapabilities() ?? {}) as JsonObject } // reason: parsed from JSON
  }

  /** The client is gone, and its requests are aborted: settles when what came of them is on record. */
  async end(): Promise<void> {
    for (const stop of this.#stops) stop()
    this.#stops = []
    await Promise.allSettled(this.#inFlight.keys())
    await this.#face.options.host.endSession(this.session)
  }

  async #answer(method: string, params: JsonObject, ctx: ServerContext): Promise<JsonObject> {
    const { signal } = ctx.mcpReq
    const exchange: Exchange = { session: this.session, signal, ask: this.#asking(ctx), ...progressTo(ctx) }
    try {
      const result = await this.#face.answer(method, params, exchange)
      return method === 'tools/call' ? this.#projected(result, params) : result
    } catch (cause) {
      throw keptCode(rpcErrorOf(cause, this.#face.options.log))
    }
  }

  /** Only objects are structured content in this revision: what a tool of a newer one gives is shown as the SDK lists it. */
  #projected(result: JsonObject, { name }: JsonObject): JsonObject {
    if (result.structuredContent === undefined) return result
    const schema = this.#face.schema(String(name), 'outputSchema')
    const isObject = isJsonObject(result.structuredContent) && (schema === undefined || schema.type === 'object')
    return isObject ? result : (this.server.projectCallToolResult(result as never, schema) as never) // reason: results pass as they came
  }

  /** Throws `client.cannot` for what the client did not declare, and with what it answers as an error. */
  #asking(ctx: ServerContext): NonNullable<PerformOptions['ask']> {
    return async ({ method, params }) => {
      refuseUndeclared({ method, params }, this.session.capabilities)
      const { signal } = ctx.mcpReq
      try {
        const answer = await ctx.mcpReq.send({ method, ...unlessEmpty(params) }, raw, {
          signal,
          timeout: longestAnswerMs,
        })
        return answer as JsonObject // reason: parsed from JSON, and MCP's results are objects
      } catch (cause) {
        const { code, message, data } = cause as { code?: unknown; message: string; data?: JsonObject } // reason: the SDK throws only Errors
        if (typeof code !== 'number') throw new HostError('client.cannot', message)
        throw new HostError('client.cannot', message, {
          rpc: { code, message, ...(data === undefined ? {} : { data }) },
        })
      }
    }
  }

  /** A client is told of nothing before it has said that it is there. */
  #listen(): void {
    if (this.#stops.length > 0) return
    const { host, executor } = this.#face.options
    this.#stops = [
      host.onToolsChanged(() => this.#notify({ method: 'notifications/tools/list_changed' })),
      host.onEvent(executor, this.session, ({ method, params }: ServerEvent) =>
        this.#notify({ method, ...unlessEmpty(params) }),
      ),
    ]
  }

  #notify(notification: { readonly method: string; readonly params?: JsonObject }): void {
    // What a server logs on a connection that is one client's alone is about what that client asked for last.
    const [relatedRequestId] = notification.method === 'notifications/message' ? this.#inFlight.values() : []
    const related = relatedRequestId === undefined ? {} : { relatedRequestId }
    const sent = this.server.notification(notification as never, related) // reason: passes as it came
    sent.catch(() => undefined) // the client may be gone, which its own handler deals with
  }
}

/** What a server said without params has none on its way on. */
const unlessEmpty = (params: JsonObject) => (Object.keys(params).length > 0 ? { params: { ...params } } : {})
