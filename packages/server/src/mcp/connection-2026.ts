import type { Session } from '@ecp/host'
import { isJsonObject, type JsonObject } from '@ecp/protocol'
import {
  CLIENT_CAPABILITIES_META_KEY,
  type JSONRPCRequest,
  LOG_LEVEL_META_KEY,
  type Result,
  type ServerContext,
} from '@modelcontextprotocol/server'
import type { Face } from './face.ts'
import { type Admitted, Listening } from './listening.ts'
import { progressTo } from './progress.ts'
import { RequestLogs } from './request-logs.ts'
import { Rounds, type RoundsLimits, roundMethods } from './rounds.ts'
import { rpcErrorOf } from './rpc-errors.ts'
import { Sessions2026 } from './sessions-2026.ts'

/** A change that clients can listen to. */
export interface Change {
  readonly method: string
  readonly params: JsonObject
}

const changes: ReadonlySet<string> = new Set([
  'notifications/prompts/list_changed',
  'notifications/resources/list_changed',
  'notifications/resources/updated',
])

/** A client of revision 2026-07-28, whatever its requests come over: every one of them stands for itself. */
export class Connection2026 {
  readonly #face: Face
  readonly #sessions: Sessions2026
  readonly #rounds: Rounds
  readonly #logs: RequestLogs
  readonly #listening: Listening
  readonly #inFlight = new Set<Promise<unknown>>()
  readonly #stops: (() => void)[] = []

  /** `publish` is for those who listen. */
  constructor(face: Face, publish: (change: Change) => void, limits: Partial<RoundsLimits> = {}) {
    const { host, executor } = face.options
    this.#face = face
    this.#rounds = new Rounds(face, limits)
    this.#logs = new RequestLogs(host)
    this.#listening = new Listening(face)
    this.#stops.push(host.onToolsChanged(() => publish({ method: 'notifications/tools/list_changed', params: {} })))
    let first: Session | undefined
    this.#sessions = new Sessions2026(host, (session) => {
      first ??= session
      const stop = host.onEvent(executor, session, (event) => {
        const { method, params } = event
        if (method === 'notifications/message') this.#logs.deliver(session, params)
        // What a shared connection says of its lists is heard by every session.
        const isHeardOfOnce = event.session !== undefined || method === 'notifications/resources/updated'
        if (changes.has(method) && (isHeardOfOnce || session === first)) publish({ method, params })
      })
      this.#stops.push(stop)
    })
  }

  /** Whether nothing is in flight, and nothing waits. */
  get isIdle(): boolean {
    return this.#inFlight.size === 0 && this.#rounds.isIdle
  }

  /** The answer to a request (the SDK's `fallbackRequestHandler`). */
  async answer({ method, params = {} }: JSONRPCRequest, ctx: ServerContext): Promise<Result> {
    const work = this.#answer(method, params as JsonObject, ctx) // reason: parsed from JSON by the transport
    this.#inFlight.add(work)
    return (await work.finally(() => this.#inFlight.delete(work))) as Result // reason: results pass as they came
  }

  /** See {@link Listening}. */
  listen(message: JSONRPCRequest, signal: AbortSignal): Promise<Admitted> {
    const meta = isJsonObject(message.params?._meta) ? message.params._meta : {}
    return this.#listening.admit(message, this.#sessions.of(declaredIn(meta)), signal)
  }

  /** The client is gone: cancels everything, and settles when what came of it is on record. */
  async close(): Promise<void> {
    for (const stop of this.#stops.splice(0)) stop()
    await this.#rounds.close()
    await Promise.allSettled(this.#inFlight)
    await this.#sessions.close()
  }

  async #answer(method: string, params: JsonObject, ctx: ServerContext): Promise<JsonObject> {
    const { log } = this.#face.options
    const { signal, inputResponses = {} } = ctx.mcpReq
    const envelope = (ctx.mcpReq.envelope ?? {}) as JsonObject // reason: parsed from JSON
    const capabilities = declaredIn(envelope)
    const session = this.#sessions.of(capabilities)
    const exchange = { session, signal, ...progressTo(ctx) }
    const quiet = await this.#logs.want(session, envelope[LOG_LEVEL_META_KEY], (message) => {
      const notification = { method: 'notifications/message', params: message } as never // reason: passes as it came
      ctx.mcpReq.notify(notification).catch(() => undefined) // the client may be gone
    })
    try {
      if (!roundMethods.has(method)) return await this.#face.answer(method, params, exchange)
      const state = ctx.mcpReq.requestState()
      const responses = inputResponses as JsonObject // reason: parsed from JSON
      const round = { ...exchange, method, params, capabilities, responses, ...(state === undefined ? {} : { state }) }
      return ownToClient(await this.#rounds.answer(round))
    } catch (cause) {
      throw rpcErrorOf(cause, log)
    } finally {
      quiet()
    }
  }
}

/** What a server lets everybody keep is kept for this client alone: to others it was not allowed. */
function ownToClient(result: JsonObject): JsonObject {
  return result.cacheScope === 'public' ? { ...result, cacheScope: 'private' } : result
}

function declaredIn(meta: JsonObject): JsonObject {
  const declared = meta[CLIENT_CAPABILITIES_META_KEY]
  return isJsonObject(declared) ? declared : {}
}
