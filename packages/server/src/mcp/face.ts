import {
  type ActionRequest,
  type Answer,
  HostError,
  type PerformOptions,
  type Prospects,
  type Session,
} from '@ecp/host'
import { isJsonObject, type Json, type JsonObject } from '@ecp/protocol'
import { ProtocolError, ProtocolErrorCode, type Server, type ServerContext } from '@modelcontextprotocol/server'
import { askingClient } from './asks.ts'
import { targetOf } from './exposure.ts'
import type { FaceOptions } from './face-options.ts'
import { pageOf } from './page.ts'
import { surplus } from './params.ts'
import { Readables } from './readables.ts'
import { factsKey, refusal, told, type Unlisted } from './refusal.ts'
import { ShownTools } from './shown-tools.ts'

/** How long tools/list waits for servers that are starting; later ones are announced by list-changed. */
const listWaitMs = 10_000
/** MCP 2025-11-25, resources, Error Handling; the SDK says it in the words of the client's revision. */
const notFound = -32_002

const unlistedResource: Unlisted = {
  code: 'context.resource-not-allowed',
  text: 'ECP denied this request: there is nothing of this name that you may read. Use only those from the lists.',
}

/** Answers one client's requests, method by method: whatever has an effect is an action at the Gate. */
export class Face {
  readonly #options: FaceOptions
  readonly #server: Server
  readonly #tools: ShownTools
  readonly #readables: Readables
  readonly #sessionId: string

  constructor(options: FaceOptions, server: Server, sessionId: string) {
    this.#options = options
    this.#server = server
    this.#sessionId = sessionId
    this.#tools = new ShownTools(options)
    this.#readables = new Readables(options)
  }

  /** Whom servers are asked for. */
  get session(): Session {
    return { id: this.#sessionId, capabilities: (this.#server.getClientCapabilities() ?? {}) as JsonObject } // reason: parsed from JSON
  }

  /** The result of a request, as the server behind gave it where one did. Throws `ProtocolError`. */
  async answer(method: string, params: JsonObject, ctx: ServerContext): Promise<JsonObject> {
    const { host, executor } = this.#options
    const { signal } = ctx.mcpReq
    if (!isOffered(method, host.prospects(executor))) {
      throw new ProtocolError(ProtocolErrorCode.MethodNotFound, 'Method not found')
    }
    switch (method) {
      case 'tools/list':
        await within(listWaitMs, host.observe(executor))
        return this.#tools.page(params.cursor)
      case 'tools/call':
        return this.#call(text(params, 'name'), params, ctx)
      case 'resources/list':
        return pageOf('resources', await this.#readables.resources('resources', signal, this.session), params.cursor)
      case 'resources/templates/list': {
        const templates = await this.#readables.resources('resourceTemplates', signal, this.session)
        return pageOf('resourceTemplates', templates, params.cursor)
      }
      case 'resources/read':
        return this.#resource(text(params, 'uri'), {}, params, ctx)
      case 'resources/subscribe':
        return this.#resource(text(params, 'uri'), { subscribe: true }, params, ctx)
      case 'resources/unsubscribe': {
        const target = await this.#readables.target(text(params, 'uri'), signal, this.session)
        const [server = ''] = target.split(':', 1)
        if (host.reachableServers(executor).includes(server)) {
          await host.unsubscribe(server, target.slice(server.length + 1), this.session)
        }
        return {}
      }
      case 'prompts/list':
        return pageOf('prompts', await this.#readables.prompts(signal, this.session), params.cursor)
      case 'prompts/get': {
        const target = this.#named(text(params, 'name'))
        const given = surplus(params, ['name', 'arguments'])
        return this.#read({ kind: 'prompt.get', target, arguments: argumentsOf(params), ...given }, ctx)
      }
      case 'completion/complete':
        return this.#complete(params, ctx)
      case 'logging/setLevel':
        await host.setLogLevel(text(params, 'level'), this.session)
        return {}
      default:
        if (method.startsWith('tasks/') && typeof params.taskId === 'string') return this.#task(method, params, ctx)
        throw new ProtocolError(ProtocolErrorCode.MethodNotFound, 'Method not found')
    }
  }

  async #call(name: string, params: JsonObject, ctx: ServerContext): Promise<JsonObject> {
    this.#tools.exposure()
    const { traceContext, ...given } = surplus(params, ['name', 'arguments'])
    const answer = await this.#perform(
      { kind: 'tool.call', target: this.#named(name), arguments: argumentsOf(params), ...given },
      ctx,
      traceContext,
    )
    if (answer.result) return answer.result
    if (answer.rpcError && this.#tools.knows(name)) throw passed(answer.rpcError)
    return refusal(answer, this.#tools.knows(name))
  }

  async #resource(uri: string, args: JsonObject, params: JsonObject, ctx: ServerContext): Promise<JsonObject> {
    const target = await this.#readables.target(uri, ctx.mcpReq.signal, this.session)
    return this.#read({ kind: 'resource.read', target, arguments: args, ...surplus(params, ['uri']) }, ctx)
  }

  async #complete(params: JsonObject, ctx: ServerContext): Promise<JsonObject> {
    const ref = isJsonObject(params.ref) ? params.ref : {}
    const isResource = ref.type === 'ref/resource'
    const target = isResource
      ? await this.#readables.target(text(ref, 'uri'), ctx.mcpReq.signal, this.session)
      : this.#named(text(ref, 'name'))
    const args = {
      ref: isResource ? 'resource' : 'prompt',
      argument: params.argument ?? {},
      ...(params.context === undefined ? {} : { context: params.context }),
    }
    const given = surplus(params, ['ref', 'argument', 'context'])
    return this.#read({ kind: 'completion.get', target, arguments: args, ...given }, ctx)
  }

  /** Where MCP has no result that says no: an error, with the facts in its `data`. */
  async #read(
    request: Omit<ActionRequest, 'executor' | 'origin'> & Pick<PerformOptions, 'traceContext'>,
    ctx: ServerContext,
  ): Promise<JsonObject> {
    const { traceContext, ...action } = request
    const answer = await this.#perform(action, ctx, traceContext)
    if (answer.result) return answer.result
    if (answer.rpcError) throw passed(answer.rpcError)
    const isOffered = answer.decision.effect === 'allow' || !answer.decision.reasons.some(isAboutReading)
    const { text: message, facts } = told(answer, isOffered, unlistedResource)
    throw new ProtocolError(notFound, message, { [factsKey]: facts })
  }

  async #task(method: string, params: JsonObject, ctx: ServerContext): Promise<JsonObject> {
    const following = { signal: ctx.mcpReq.signal, session: this.session }
    try {
      const result = await this.#options.host.gate.followUp(String(params.taskId), { method, params }, following)
      if (result) return result
    } catch (cause) {
      if (cause instanceof HostError && cause.rpc) throw passed(cause.rpc)
      throw new ProtocolError(ProtocolErrorCode.InternalError, (cause as Error).message) // reason: servers throw only HostErrors
    }
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'there is no such task')
  }

  #perform(
    action: Omit<ActionRequest, 'executor' | 'origin'>,
    ctx: ServerContext,
    traceContext: PerformOptions['traceContext'],
  ): Promise<Answer> {
    const { host, executor } = this.#options
    const token = ctx.mcpReq._meta?.progressToken
    return host.gate.perform(
      { ...action, executor, origin: 'gateway' },
      {
        signal: ctx.mcpReq.signal,
        session: this.session,
        ask: askingClient(this.#server, ctx),
        ...(traceContext ? { traceContext } : {}),
        ...(token === undefined ? {} : { onProgress: (progress: JsonObject) => report(ctx, token, progress) }),
      },
    )
  }

  #named(name: string): string {
    const { host, executor, names } = this.#options
    return targetOf(name, names, host.reachableServers(executor)[0])
  }
}

/** Whether the client was told of the feature that a method is of. */
function isOffered(method: string, { resources, prompts, logs }: Prospects): boolean {
  if (method.startsWith('resources/')) return resources
  if (method.startsWith('prompts/')) return prompts
  if (method.startsWith('completion/')) return resources || prompts
  if (method.startsWith('logging/')) return logs
  return true
}

function isAboutReading({ code }: Answer['decision']['reasons'][number]): boolean {
  return code === 'context.resource-not-allowed' || code.startsWith('host.server-')
}

function passed({ code, message, data }: { code: number; message: string; data?: Json }): ProtocolError {
  return new ProtocolError(code, message, data)
}

/** The arguments of a call or prompt: an object, or nothing at all. Throws -32602. */
function argumentsOf({ arguments: given = {} }: JsonObject): JsonObject {
  if (isJsonObject(given)) return given
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, '`arguments` is no object')
}

function text(params: JsonObject, key: string): string {
  const value = params[key]
  if (typeof value === 'string') return value
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, `\`${key}\` is missing, or is no text`)
}

function report(ctx: ServerContext, progressToken: string | number, progress: JsonObject): void {
  const params = { ...progress, progressToken } as never // reason: passes as it came, and the SDK's types name what they know
  void ctx.mcpReq.notify({ method: 'notifications/progress', params }).catch(() => undefined) // the client may be gone
}

/** Settles when `work` has, or after `ms`. */
export function within(ms: number, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    const done = () => {
      clearTimeout(timer)
      resolve()
    }
    work.then(done, done)
  })
}
