import { isJsonObject, type JsonObject } from '@ecp/protocol'
import type { Client } from '@modelcontextprotocol/client'
import { HostError } from '../error.ts'
import type { Redactor } from '../secrets/redactor.ts'
import { Deadline } from './deadline.ts'
import { type HandshakeOptions, handshake, isConnectionLoss, never } from './handshake.ts'
import { fulfil } from './input-required.ts'
import type { Link } from './link.ts'
import { RoutedPipe, RoutedTransport } from './routed-transport.ts'
import type { CallOptions, ServerFacts, ServerRequest } from './servers.ts'

export interface ConnectionOptions extends Omit<HandshakeOptions, 'redactor'> {
  readonly redactor: Pick<Redactor, 'text' | 'json'>
  /** Whether it is one client's alone: only then it is known who is to be asked what a server asks by itself. */
  readonly isPersonal: boolean
  /** Whether the server's log messages are passed on to anybody. */
  readonly passLogs: boolean
  open(): Promise<Link>
  onNotification(method: string, params: JsonObject): void
}

/** One life of a server: a link on which both sides have shaken hands. */
export interface Connection {
  readonly facts: ServerFacts
  /** Why it ended; settles once. Never rejects. */
  readonly ended: Promise<HostError>
  isOpen(): boolean
  /** The raw result. Fails with `server.*`; a timeout or abort is told to the server. */
  request(request: ServerRequest, options: RequestOptions): Promise<JsonObject>
  /** From now on changes of these resources and lists are announced (2026-07-28; older servers do so unasked). */
  listen(filter: ListenFilter): Promise<{ close(): Promise<void> } | undefined>
  /** Least level of log messages. */
  setLogLevel(level: string): Promise<void>
  close(): Promise<void>
}

export type RequestOptions = Partial<CallOptions> &
  Pick<CallOptions, 'timeoutMs'> & {
    /** What goes beside it where there are headers. */
    readonly headers?: Readonly<Record<string, string>>
  }

export interface ListenFilter {
  readonly toolsListChanged?: true
  readonly promptsListChanged?: true
  readonly resourcesListChanged?: true
  readonly resourceSubscriptions?: string[]
}

/** Lets a result through as it came: typed parsing would drop the fields it does not know (Standard Schema v1). */
const raw = {
  '~standard': { version: 1 as const, vendor: 'ecp', validate: (value: unknown) => ({ value }) },
}
/** The first revision without `initialize` and sessions. */
export const firstOfNewEra = '2026-07-28'
const serverInfoKey = 'io.modelcontextprotocol/serverInfo'
const logLevelKey = 'io.modelcontextprotocol/logLevel'
/** What a 2026-07-28 server is told to log when nobody said a level. */
const quietest = 'info'
const handshakeMs = 10_000

/** Opens a link and shakes hands. Fails with `server.start-failed`. */
export async function connect(options: ConnectionOptions): Promise<Connection> {
  const link = await options.open()
  const watched = new Map<string, Pick<CallOptions, 'onProgress' | 'onNotification'>>()
  const asking = new Set<NonNullable<CallOptions['ask']>>()
  const Routed = link.kind === 'pipe' ? RoutedPipe : RoutedTransport
  const transport = new Routed(link.transport, (method, params) => {
    if (method === 'notifications/progress') {
      watched.get(String(params.progressToken))?.onProgress?.(params)
      return true
    }
    options.onNotification(method, params)
    // What the SDK has to know: its own subscriptions.
    return !method.startsWith('notifications/subscriptions/')
  })
  const client = await handshake(link, transport, options)
  if (options.isPersonal) answerAsked(client, asking)
  const revision = client.getNegotiatedProtocolVersion() ?? ''
  const isNew = revision >= firstOfNewEra
  let logLevel = options.passLogs ? quietest : undefined
  let requests = 0

  async function request({ method, params }: ServerRequest, limit: RequestOptions): Promise<JsonObject> {
    const token = `ecp-${++requests}`
    const { ask, signal, onProgress, onNotification, headers } = limit
    const meta: JsonObject = {
      ...(isJsonObject(params._meta) ? params._meta : {}),
      ...(onProgress ? { progressToken: token } : {}),
      ...(isNew && logLevel !== undefined ? { [logLevelKey]: logLevel } : {}),
    }
    const sent: JsonObject = Object.keys(meta).length > 0 ? { ...params, _meta: meta } : params
    const abort = new AbortController()
    const onAbort = () => abort.abort('cancelled')
    const deadline = new Deadline(limit.timeoutMs, () => abort.abort('timed out'))
    const pausing = ask && pausingAsk(ask, deadline)
    if (pausing) asking.add(pausing)
    if (onProgress || onNotification) watched.set(token, limit)
    signal?.addEventListener('abort', onAbort, { once: true })
    if (signal?.aborted) onAbort()
    try {
      const send = async (more: JsonObject) => {
        const message = { method, params: { ...sent, ...more } as Record<string, unknown> } // reason: JSON, only its readonly is dropped
        const result = await client.request(message, raw, {
          signal: abort.signal,
          timeout: never,
          allowInputRequired: true,
          ...(headers ? { headers } : {}),
        })
        if (isJsonObject(result)) return withoutServerInfo(result)
        throw new HostError('server.protocol', `server \`${options.name}\` answered \`${method}\` with no object`)
      }
      return await fulfil(options.name, await send({}), send, pausing)
    } catch (cause) {
      const what = describe(method, params)
      if (cause instanceof HostError && !isConnectionLoss(cause)) throw cause
      if (abort.signal.reason === 'cancelled') throw new HostError('server.cancelled', `${what} was cancelled`)
      if (abort.signal.aborted) {
        const text = `server \`${options.name}\` did not answer ${what} within ${limit.timeoutMs} ms`
        throw link.told(new HostError('server.timeout', text))
      }
      if (!link.isOpen() || isConnectionLoss(cause)) throw await lost(link, cause)
      throw answered(options, what, cause)
    } finally {
      deadline.end()
      signal?.removeEventListener('abort', onAbort)
      watched.delete(token)
      if (pausing) asking.delete(pausing)
    }
  }

  const instructions = client.getInstructions()
  return {
    facts: {
      revision,
      capabilities: (client.getServerCapabilities() ?? {}) as JsonObject, // reason: parsed from JSON
      ...(instructions === undefined ? {} : { instructions }),
    },
    ended: link.ended,
    isOpen: link.isOpen,
    request,
    listen: async (filter) => (isNew ? client.listen(filter, { timeout: handshakeMs }) : undefined),
    async setLogLevel(level) {
      logLevel = level
      if (isNew || client.getServerCapabilities()?.logging === undefined) return
      await request({ method: 'logging/setLevel', params: { level } }, { timeoutMs: handshakeMs })
    },
    close: () => link.close(),
  }
}

/**
 * What an older server asks of this side goes to a call in flight that can answer it: the connection is one client's
 * alone, so that whichever of its calls it is, it is the right client that is asked.
 */
function answerAsked(client: Client, asking: ReadonlySet<NonNullable<CallOptions['ask']>>): void {
  client.fallbackRequestHandler = async ({ method, params }) => {
    const [ask] = asking
    if (!ask) throw rpcError(-32_601, 'Method not found')
    try {
      const asked = withoutProgressToken((params ?? {}) as JsonObject) // reason: parsed from JSON
      return (await ask({ method, params: asked })) as never // reason: passed on as it is
    } catch (cause) {
      const { rpc, message } = cause as HostError // reason: whatever is thrown is an Error
      // What MCP has for a client whose user says no (sampling, Error Handling).
      const no = (cause as HostError).code === 'client.cannot' ? -32_601 : -1 // reason: see above
      throw rpc ? rpcError(rpc.code, rpc.message, rpc.data) : rpcError(no, message)
    }
  }
}

/** The token is between the server and this side; whatever else its `_meta` says is for the client. */
function withoutProgressToken(params: JsonObject): JsonObject {
  const { _meta, ...rest } = params
  if (!isJsonObject(_meta)) return rest
  const { progressToken: _, ...meta } = _meta
  return Object.keys(meta).length > 0 ? { ...rest, _meta: meta } : rest
}

function rpcError(code: number, message: string, data?: unknown): Error {
  return Object.assign(new HostError('client.cannot', message), { code, ...(data === undefined ? {} : { data }) })
}

function pausingAsk(ask: NonNullable<CallOptions['ask']>, deadline: Deadline): NonNullable<CallOptions['ask']> {
  return async (request) => {
    const resume = deadline.pause()
    try {
      return await ask(request)
    } finally {
      resume()
    }
  }
}

/** The wire's own field: who answered is who was asked. */
function withoutServerInfo(result: JsonObject): JsonObject {
  if (!isJsonObject(result._meta) || result._meta[serverInfoKey] === undefined) return result
  const { [serverInfoKey]: _, ...meta } = result._meta
  const { _meta: __, ...rest } = result
  return Object.keys(meta).length > 0 ? { ...rest, _meta: meta } : rest
}

async function lost(link: Link, cause: unknown): Promise<HostError> {
  if (cause instanceof HostError) return cause
  await link.close()
  return link.ended
}

function answered({ name, redactor }: ConnectionOptions, what: string, cause: unknown): HostError {
  const { code, message, data } = cause as { code?: unknown; message: string; data?: unknown } // reason: the SDK throws only Errors
  const said = redactor.text(String(message)).slice(0, 2_000)
  if (typeof code !== 'number') {
    return new HostError('server.protocol', `server \`${name}\` answered ${what} with nonsense: ${said}`)
  }
  const detail = data === undefined ? {} : { data: redactor.json(data as JsonObject) } // reason: parsed from JSON
  return new HostError('server.error', `server \`${name}\` answered ${what} with error ${code}: ${said}`, {
    rpc: { code, message: redactor.text(String(message)), ...detail },
  })
}

function describe(method: string, params: JsonObject): string {
  return method === 'tools/call' ? `the call of \`${String(params.name)}\`` : `\`${method}\``
}
