import { type Host, HostError, type PerformOptions } from '@ecp/host'
import type { Json, JsonObject, ToolDefinition } from '@ecp/protocol'
import { ProtocolError, ProtocolErrorCode, type ServerContext, type Transport } from '@modelcontextprotocol/server'
import { type Exposure, expose, type NameStyle, targetOf } from './exposure.ts'
import { FaceServer } from './face-server.ts'
import { refusal } from './refusal.ts'

export interface McpFaceOptions {
  readonly host: Host
  readonly executor: string
  readonly names: NameStyle
  /** Reported to the client in `serverInfo`. */
  readonly version: string
  readonly transport: Transport
  /** Lines for the operator, never for the client. */
  log(line: string): void
}

/** How many tools one page of tools/list holds. */
const pageSize = 200
/** How long tools/list waits for servers that are starting; later ones are announced by list-changed. */
const listWaitMs = 10_000

/**
 * Serves one executor of one Context to one MCP client (revision 2025-11-25): every tools/call becomes an action at the
 * Gate. Settles when the client is gone and everything that was in flight is cancelled and recorded. Throws
 * `host.refused` when `plain` names are asked for and the executor reaches more than one server.
 */
export async function serveMcp(options: McpFaceOptions): Promise<void> {
  const { host, executor, transport } = options
  refuseAmbiguousNames(options)
  const face = new FaceServer(
    { name: 'ecp', version: options.version },
    { capabilities: { tools: { listChanged: true } } },
  )
  const inFlight = new Set<Promise<unknown>>()
  const shown = new ShownTools(options)

  face.setRequestHandler('tools/list', async (request) => {
    await within(listWaitMs, host.observe(executor))
    return shown.page(request.params?.cursor)
  })
  face.setRequestHandler('tools/call', async (request, ctx) => {
    const call = perform(options, shown, request.params, ctx)
    inFlight.add(call)
    return await call.finally(() => inFlight.delete(call))
  })

  const stopListening = host.onToolsChanged(() => {
    void face.sendToolListChanged().catch(() => undefined) // the client may be gone, which its own handler deals with
  })
  face.onerror = (error) => options.log(`client: ${error.message}`)
  const gone = new Promise<void>((resolve) => {
    face.onclose = resolve
  })
  await face.connect(transport)
  await gone
  stopListening()
  await Promise.allSettled(inFlight)
}

/** Before anything starts: which servers an executor reaches does not depend on what they say. */
function refuseAmbiguousNames({ host, executor, names }: McpFaceOptions): void {
  const servers = host.reachableServers(executor)
  if (names === 'prefixed' || servers.length <= 1) return
  const reached = servers.map((server) => `\`${server}\``).join(', ')
  throw new HostError(
    'host.refused',
    `plain names need an executor that reaches one server; \`${executor}\` reaches ${reached}`,
  )
}

type CallParams = { readonly name: string; readonly arguments?: unknown }
// reason for the casts to SDK result types below: the SDK's types name the fields it knows, and results pass untouched

async function perform(options: McpFaceOptions, shown: ShownTools, params: CallParams, ctx: ServerContext) {
  const { host, executor, names } = options
  shown.exposure()
  const token = ctx.mcpReq._meta?.progressToken
  const watch: PerformOptions = {
    signal: ctx.mcpReq.signal,
    ...(token === undefined ? {} : { onProgress: (progress: JsonObject) => report(ctx, token, progress) }),
  }
  const answer = await host.gate.perform(
    {
      kind: 'tool.call',
      target: targetOf(params.name, names, host.reachableServers(executor)[0]),
      arguments: (params.arguments ?? {}) as Json, // reason: parsed from JSON text by the transport
      executor,
      origin: 'gateway',
    },
    watch,
  )
  if (answer.result) return answer.result as never // reason: see above
  return refusal(answer, shown.knows(params.name)) as never // reason: see above
}

function report(ctx: ServerContext, progressToken: string | number, progress: JsonObject): void {
  const params = { ...progress, progressToken } as never // reason: see above
  void ctx.mcpReq.notify({ method: 'notifications/progress', params }).catch(() => undefined) // the client may be gone
}

/** What the client is shown now: recomputed when the catalogue changed, reported when a name had to be hidden. */
class ShownTools {
  readonly #options: McpFaceOptions
  #exposure: Exposure | undefined
  #from: unknown
  readonly #known = new Set<string>()

  constructor(options: McpFaceOptions) {
    this.#options = options
  }

  exposure(): Exposure {
    const { host, executor, names, log } = this.#options
    const catalogue = host.catalogue()
    if (this.#exposure && this.#from === catalogue) return this.#exposure
    const exposure = expose(host.tools(executor), names)
    for (const target of exposure.hidden)
      log(`\`${target}\` is not listed: its name towards the client is over 128 characters`)
    for (const name of exposure.tools.keys()) this.#known.add(name)
    this.#exposure = exposure
    this.#from = catalogue
    return exposure
  }

  /**
   * Whether this client was ever offered a tool of this name. Asked after a call was decided: the first one may come
   * before the first tools/list, and a tool that has changed since it was offered is no secret.
   */
  knows(name: string): boolean {
    this.exposure()
    return this.#known.has(name)
  }

  page(cursor: string | undefined) {
    const names = [...this.exposure().tools.keys()]
    const from = cursor === undefined ? 0 : names.findIndex((name) => name > decodeCursor(cursor))
    const page = from < 0 ? [] : names.slice(from, from + pageSize)
    const last = page.at(-1)
    const more = last !== undefined && last !== names.at(-1)
    const tools = page.map((name) => listed(name, this.exposure().tools.get(name)))
    return { tools, ...(more ? { nextCursor: Buffer.from(last).toString('base64url') } : {}) } as never // reason: see above
  }
}

function listed(name: string, definition: ToolDefinition | undefined) {
  return { ...definition, name }
}

function decodeCursor(cursor: string): string {
  const name = Buffer.from(cursor, 'base64url').toString()
  if (Buffer.from(name).toString('base64url') !== cursor) {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'the cursor is not one that tools/list gave')
  }
  return name
}

/** Settles when `work` has, or after `ms`. */
function within(ms: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    void work.finally(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
