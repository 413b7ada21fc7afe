import { type ActionRequest, type Answer, type PerformOptions, type Prospects, told, type Unlisted } from '@ecp/host'
import { isJsonObject, type JsonObject } from '@ecp/protocol'
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import type { Exchange } from './exchange.ts'
import { targetOf } from './exposure.ts'
import type { FaceOptions } from './face-options.ts'
import { logLevel } from './log-level.ts'
import { pageOf as listPage } from './page.ts'
import { surplus } from './params.ts'
import { Readables } from './readables.ts'
import { factsKey, refusal } from './refusal.ts'
import { invalidParams, methodNotFound, passed, rpcCodes } from './rpc-errors.ts'
import { ShownTools } from './shown-tools.ts'

/** How long tools/list waits for servers that are starting; later ones are announced by list-changed. */
const listWaitMs = 10_000

/** What tells the items of a list from one another. */
const namedBy = { tools: 'name', prompts: 'name', resources: 'uri', resourceTemplates: 'uriTemplate' } as const

const unlistedResource: Unlisted = {
  code: 'context.resource-not-allowed',
  text: 'ECP denied this request: there is nothing of this name that you may read. Use only those from the lists.',
}

/** Answers the requests of an executor's clients, method by method: whatever has an effect is an action at the Gate. */
export class Face {
  readonly options: FaceOptions
  readonly #tools: ShownTools
  readonly #readables: Readables
  /** Whose cursors it gives. */
  readonly #owner: string

  constructor(options: FaceOptions) {
    this.options = options
    this.#tools = new ShownTools(options)
    this.#readables = new Readables(options)
    const { host, executor, names } = options
    this.#owner = JSON.stringify([host.client, host.principal, host.context.digest, executor, names])
  }

  /** A tool's schema, as it is shown; nothing for a tool that is not. */
  schema(name: string, which: 'inputSchema' | 'outputSchema'): JsonObject | undefined {
    return this.#tools.schema(name, which)
  }

  /** Whether a client of this executor is told of the feature that a method is of. */
  offers(method: string): boolean {
    const { host, executor } = this.options
    return isOffered(method, host.prospects(executor))
  }

  /** The result of a request, as the server behind gave it where one did. Throws `ProtocolError`. */
  async answer(method: string, params: JsonObject, exchange: Exchange): Promise<JsonObject> {
    const { host, executor } = this.options
    if (!this.offers(method)) throw methodNotFound()
    switch (method) {
      case 'tools/list':
        await within(listWaitMs, host.observe(executor))
        return this.#page('tools', this.#tools.list(), params)
      case 'tools/call':
        return this.#call(text(params, 'name'), params, exchange)
      case 'resources/list':
        return this.#page('resources', await this.#readables.resources('resources', exchange), params)
      case 'resources/templates/list': {
        const templates = await this.#readables.resources('resourceTemplates', exchange)
        return this.#page('resourceTemplates', templates, params)
      }
      case 'resources/read':
        return this.#resource({}, params, exchange)
      case 'resources/subscribe':
        return this.#resource({ subscribe: true }, params, exchange)
      case 'resources/unsubscribe':
        return this.#unsubscribe(text(params, 'uri'), exchange)
      case 'prompts/list':
        return this.#page('prompts', await this.#readables.prompts(exchange), params)
      case 'prompts/get': {
        const target = this.#named(text(params, 'name'))
        const given = surplus(params, ['name', 'arguments'])
        return this.#read({ kind: 'prompt.get', target, arguments: argumentsOf(params), ...given }, exchange)
      }
      case 'completion/complete':
        return this.#complete(params, exchange)
      case 'logging/setLevel':
        await host.setLogLevel(logLevel(params.level), exchange.session)
        return {}
      default:
        if (method.startsWith('tasks/') && typeof params.taskId === 'string')
          return this.#task(method, params, exchange)
        throw methodNotFound()
    }
  }

  #page(list: keyof typeof namedBy, items: readonly JsonObject[], { cursor }: JsonObject): JsonObject {
    return listPage(items, { list, owner: this.#owner, cursor, nameOf: (item) => String(item[namedBy[list]]) })
  }

  async #call(name: string, params: JsonObject, exchange: Exchange): Promise<JsonObject> {
    this.#tools.exposure()
    const { traceContext, ...given } = surplus(params, ['name', 'arguments'])
    const answer = await this.#perform(
      { kind: 'tool.call', target: this.#named(name), arguments: argumentsOf(params), ...given },
      exchange,
      traceContext,
    )
    if (answer.result) return answer.result
    const isOffered = this.#tools.knows(name)
    if (answer.rpcError && isOffered) throw passed(answer.rpcError)
    return (isOffered ? pageOf(answer, exchange) : undefined) ?? refusal(answer, isOffered)
  }

  async #resource(args: JsonObject, params: JsonObject, exchange: Exchange): Promise<JsonObject> {
    const target = await this.#readables.target(text(params, 'uri'), exchange)
    return this.#read({ kind: 'resource.read', target, arguments: args, ...surplus(params, ['uri']) }, exchange)
  }

  async #unsubscribe(uri: string, exchange: Exchange): Promise<JsonObject> {
    const { host, executor } = this.options
    const target = await this.#readables.target(uri, exchange)
    const [server = ''] = target.split(':', 1)
    if (host.reachableServers(executor).includes(server)) await host.unsubscribe(server, uri, exchange.session)
    return {}
  }

  async #complete(params: JsonObject, exchange: Exchange): Promise<JsonObject> {
    const ref = isJsonObject(params.ref) ? params.ref : {}
    const isResource = ref.type === 'ref/resource'
    const target = isResource
      ? await this.#readables.target(text(ref, 'uri'), exchange)
      : this.#named(text(ref, 'name'))
    const args = {
      ref: isResource ? 'resource' : 'prompt',
      argument: params.argument ?? {},
      ...(params.context === undefined ? {} : { context: params.context }),
    }
    const given = surplus(params, ['ref', 'argument', 'context'])
    return this.#read({ kind: 'completion.get', target, arguments: args, ...given }, exchange)
  }

  /** Where MCP has no result that says no: an error, with the facts in its `data`. */
  async #read(
    request: Omit<ActionRequest, 'executor' | 'origin'> & Pick<PerformOptions, 'traceContext'>,
    exchange: Exchange,
  ): Promise<JsonObject> {
    const { traceContext, ...action } = request
    const answer = await this.#perform(action, exchange, traceContext)
    if (answer.result) return answer.result
    if (answer.rpcError) throw passed(answer.rpcError)
    const { effect, reasons } = answer.decision
    const isOffered = effect === 'allow' || !reasons.some(isAboutReading)
    const page = isOffered ? pageOf(answer, exchange) : undefined
    if (page) return page
    const { text: message, facts } = told(answer, isOffered, unlistedResource)
    throw new ProtocolError(codeOf(request.kind, effect, isOffered), message, { [factsKey]: facts })
  }

  async #task(method: string, params: JsonObject, { signal, session, ask }: Exchange): Promise<JsonObject> {
    const following = { signal, session, ...(ask ? { ask } : {}) }
    const result = await this.options.host.gate.followUp(String(params.taskId), { method, params }, following)
    if (result) return result
    throw invalidParams('there is no such task')
  }

  #perform(
    action: Omit<ActionRequest, 'executor' | 'origin'>,
    { signal, session, ask, onProgress, page }: Exchange,
    traceContext: PerformOptions['traceContext'],
  ): Promise<Answer> {
    const { host, executor } = this.options
    let waited = 0
    return host.gate.perform(
      { ...action, executor, origin: 'gateway' },
      {
        signal,
        session,
        ...(ask ? { ask } : {}),
        ...(traceContext ? { traceContext } : {}),
        ...(onProgress ? { onProgress } : {}),
        hold: {
          waitMs: host.approvalWaitMs,
          ...(page ? { mayWait: (approval: string) => page.mayWait(approval) } : {}),
          onWaiting: (approval) =>
            onProgress?.({ progress: ++waited, message: `waiting for a person to approve it (${approval})` }),
        },
      },
    )
  }

  #named(name: string): string {
    const { host, executor, names } = this.options
    return targetOf(name, names, host.reachableServers(executor)[0])
  }
}

/** What sends the client's user to where a person answers; nothing where nobody is waited for, or the client stays here. */
function pageOf({ outcome, waiting, target }: Answer, { page }: Exchange): JsonObject | undefined {
  return outcome.status === 'pending' && waiting !== undefined ? page?.required(waiting, target) : undefined
}

/** Whether the client was told of the feature that a method is of. */
function isOffered(method: string, { resources, prompts, logs }: Prospects): boolean {
  const [feature] = method.split('/', 1)
  switch (feature) {
    case 'tools':
      return true
    case 'tasks':
      // Of all tasks of a server, those of other clients too, nobody is shown a list.
      return method !== 'tasks/list'
    case 'resources':
      return resources
    case 'prompts':
      return prompts
    case 'completion':
      return resources || prompts
    case 'logging':
      return logs
    default:
      return false
  }
}

function isAboutReading({ code }: Answer['decision']['reasons'][number]): boolean {
  return code === 'context.resource-not-allowed' || code.startsWith('host.server-')
}

function codeOf(kind: ActionRequest['kind'], effect: Answer['decision']['effect'], isOffered: boolean): number {
  if (effect === 'allow') return ProtocolErrorCode.InternalError
  if (isOffered) return rpcCodes.notPermitted
  return kind === 'resource.read' ? rpcCodes.resourceNotFound : ProtocolErrorCode.InvalidParams
}

/** The arguments of a call or prompt: an object, or nothing at all. Throws -32602. */
function argumentsOf({ arguments: given = {} }: JsonObject): JsonObject {
  if (isJsonObject(given)) return given
  throw invalidParams('`arguments` is no object')
}

function text(params: JsonObject, key: string): string {
  const value = params[key]
  if (typeof value === 'string') return value
  throw invalidParams(`\`${key}\` is missing, or is no text`)
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
