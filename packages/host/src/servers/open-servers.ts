import { HostError } from '../error.ts'
import type { GuardedFetch } from '../network/guarded-fetch.ts'
import type { HttpAuthorization } from '../oauth/http-authorization.ts'
import type { Redactor } from '../secrets/redactor.ts'
import type { Child } from './child.ts'
import { type Connection, firstOfNewEra } from './connection.ts'
import { openHttpLink } from './http/http-link.ts'
import type { HttpServer } from './http/http-server.ts'
import { ParameterHeaders } from './http/parameter-headers.ts'
import { Keepers } from './keepers.ts'
import type { Link } from './link.ts'
import { listAll, listTools } from './listing.ts'
import type { CallOptions, Listing, RawTool, ServerEvent, ServerRequest, Servers, Session } from './servers.ts'
import { openStdioLink } from './stdio-link.ts'
import { defaultServerLimits, type ServerLimits, type ServerLogEntry, type StdioServer } from './stdio-server.ts'
import { Subscriptions } from './subscriptions.ts'
import type { SupervisedServer } from './supervised-server.ts'

export interface OpenServersOptions {
  readonly servers: ReadonlyMap<string, WiredServer>
  /** How a remote server may be reached. Missing: none is. */
  fetchFor?(server: HttpServer): GuardedFetch
  /** The tokens that it is sent, if it gets its credentials so. */
  authorizationFor?(server: HttpServer): HttpAuthorization | undefined
  readonly redactor: Pick<Redactor, 'text' | 'stream' | 'json'>
  log(entry: ServerLogEntry): void
  readonly limits?: Partial<ServerLimits>
  /** Milliseconds, for backoff only: monotonic or the epoch. */
  now(): number
  /** From 0 to 1, for jitter. */
  random(): number
}

/** A server as it is wired, whatever its transport. */
export type WiredServer = StdioServer | HttpServer

interface Kept {
  readonly server: WiredServer
  readonly keepers: Keepers<WiredServer>
  readonly subscriptions: Subscriptions
  readonly parameterHeaders: ParameterHeaders
}

/** The start ends itself in its time, and says more about why; this is for what comes before it (asking for secrets). */
const startGraceMs = 1_000
/** For requests that nobody waits for. */
const aftermathMs = 10_000

/** The host's servers. Connects to none until something is asked of it. */
export function openServers(options: OpenServersOptions): Servers {
  const limits = { ...defaultServerLimits, ...options.limits }
  const children = new Set<Child>()
  const toolListeners = new Set<(server: string) => void>()
  const eventListeners = new Set<(event: ServerEvent) => void>()
  const logLevels = new Map<string, string>()
  let isClosing = false
  let guard: ((server: string, tool: string) => Promise<void>) | undefined
  const log = (server: string, message: string) =>
    options.log({ level: 'warn', server, event: 'failed', message: options.redactor.text(message) })

  const onChild = (child: Child) => {
    // A start that began before the end: nobody waits for it any more.
    if (isClosing) child.kill()
    children.add(child)
    void child.ended.then(() => children.delete(child))
  }

  async function open(server: WiredServer): Promise<Link> {
    if ('command' in server) return openStdioLink(server, { ...options, limits, onChild })
    const fetch = options.fetchFor?.(server)
    if (!fetch) throw new HostError('server.unsupported', `server \`${server.name}\` cannot be reached from here`)
    const oauth = options.authorizationFor?.(server)
    const redact = (text: string) => options.redactor.text(text)
    return openHttpLink(server, { fetch, limits, redact, ...(oauth ? { oauth } : {}) })
  }

  /** What the last connection was asked to announce, this one is asked, too. */
  async function announce(connection: Connection, { server, subscriptions }: Kept, session: string): Promise<void> {
    const { tools, prompts, resources } = connection.facts.capabilities as Record<string, unknown> // reason: looked at only
    const filter = {
      ...(tools === undefined ? {} : { toolsListChanged: true as const }),
      ...(prompts === undefined ? {} : { promptsListChanged: true as const }),
      ...(resources === undefined ? {} : { resourcesListChanged: true as const }),
    }
    await connection.listen(filter)
    const level = logLevels.get(session)
    if (level !== undefined) await connection.setLogLevel(level)
    for (const uri of subscriptions.all()) {
      if (session === '' || subscriptions.has(uri, session))
        await subscriptions.open(connection, uri, server.callTimeoutMs)
    }
  }

  const servers = new Map<string, Kept>()
  for (const [name, server] of options.servers) {
    const kept: Kept = {
      server,
      subscriptions: new Subscriptions(),
      parameterHeaders: new ParameterHeaders(),
      keepers: new Keepers<WiredServer>({
        ...options,
        server,
        limits,
        open: (wired) => open(wired),
        onToolsChanged: () => {
          for (const listener of toolListeners) listener(name)
        },
        onEvent: (event) => {
          for (const listener of eventListeners) listener(event)
        },
        onConnected: (connection, session = '') => {
          announce(connection, kept, session).catch((cause: Error) => {
            if (connection.isOpen()) log(name, `server \`${name}\` does not announce its changes: ${cause.message}`)
          })
        },
      }),
    }
    servers.set(name, kept)
  }

  function named(name: string): Kept {
    const kept = servers.get(name)
    if (kept) return kept
    throw new HostError('server.unsupported', `server \`${name}\` is not one that can be connected to`)
  }

  const connected = async (name: string, { signal, session }: Pick<CallOptions, 'signal' | 'session'>) => {
    const { server, keepers } = named(name)
    return reached(keepers.of(session).connection(), name, server.startTimeoutMs + startGraceMs, signal)
  }

  async function tools(name: string, signal?: AbortSignal): Promise<readonly RawTool[]> {
    const { server, keepers, parameterHeaders } = named(name)
    const keeper = keepers.shared
    const until = performance.now() + server.startTimeoutMs
    const connection = await reached(keeper.connection(), name, server.startTimeoutMs + startGraceMs, signal)
    const { changes } = keeper
    const listed = await listTools(connection, {
      server: name,
      limits,
      timeoutMs: Math.max(1, until - performance.now()),
      ...(signal ? { signal } : {}),
      refuse: (names) => {
        const some = names.slice(0, 10).map((one) => JSON.stringify(options.redactor.text(one).slice(0, 100)))
        const message = `${names.length} tools are not listed, their names are not [A-Za-z0-9_./-]{1,128}: ${some.join(', ')}`
        options.log({ level: 'warn', server: name, event: 'tools-refused', message })
      },
    })
    keeper.listed(changes)
    if (!('url' in server) || connection.facts.revision < firstOfNewEra) return listed
    return parameterHeaders.learn(listed, (tool, why) => {
      const message = `tool \`${tool}\` is not listed: ${why}`
      options.log({ level: 'warn', server: name, event: 'tools-refused', message: options.redactor.text(message) })
    })
  }

  async function list(name: string, what: Listing, asking: Pick<CallOptions, 'signal' | 'session'>) {
    const connection = await connected(name, asking)
    const timeoutMs = named(name).server.callTimeoutMs
    return listAll(connection, what, { server: name, limits, timeoutMs, signal: asking.signal })
  }

  /** `shared`: whose list of tools was looked at. A session's own connection is another process of the same command. */
  async function ready(
    { keepers }: Kept,
    keeper: SupervisedServer,
    name: string,
    { method, params }: ServerRequest,
  ): Promise<Connection> {
    const connection = await keeper.connection()
    if (method !== 'tools/call' || guard === undefined || keepers.shared.isListCurrent()) return connection
    await guard(name, String(params.name))
    return keeper.connection()
  }

  async function request(name: string, asked: ServerRequest, call: CallOptions) {
    const kept = named(name)
    const since = performance.now()
    const connecting = ready(kept, kept.keepers.of(call.session), name, asked)
    const connection = await reached(connecting, name, call.timeoutMs, call.signal)
    const remainingMs = Math.max(1, call.timeoutMs - (performance.now() - since))
    const headers = kept.parameterHeaders.of(asked)
    return connection.request(asked, { ...call, timeoutMs: Math.ceil(remainingMs), ...(headers ? { headers } : {}) })
  }

  async function subscribe(name: string, uri: string, call: CallOptions): Promise<void> {
    const { subscriptions } = named(name)
    const connection = await connected(name, call)
    const session = call.session?.id ?? ''
    const isNew = !subscriptions.has(uri, session)
    // Before the server is asked: what it announces right behind its answer is heard, too.
    subscriptions.add(uri, session)
    try {
      await subscriptions.open(connection, uri, call.timeoutMs)
    } catch (cause) {
      if (isNew) subscriptions.remove(uri, session)
      throw cause
    }
  }

  async function unsubscribe(name: string, uri: string, session: string, keeper: SupervisedServer): Promise<void> {
    const { subscriptions } = named(name)
    const isLast = subscriptions.remove(uri, session)
    const { current } = keeper
    if (!isLast || !current) return
    await subscriptions.close(current, uri, aftermathMs).catch((cause: Error) => log(name, cause.message))
  }

  return {
    about: async (name, asking) => (await connected(name, asking)).facts,
    tools,
    list,
    request,
    subscribe,
    unsubscribe: (name, uri, { session }) => unsubscribe(name, uri, session?.id ?? '', named(name).keepers.of(session)),
    isSubscribed: (name, uri, { session }) => servers.get(name)?.subscriptions.has(uri, session?.id ?? '') ?? false,
    async setLogLevel(level, session) {
      logLevels.set(session.id, level)
      const passing = [...servers.values()].filter(({ server }) => server.licence?.passLogs)
      const open = passing.flatMap(({ keepers }) => keepers.of(session).current ?? [])
      await Promise.allSettled(open.map((connection) => connection.setLogLevel(level)))
    },
    async endSession(id) {
      logLevels.delete(id)
      const session: Session = { id, capabilities: {} }
      const ending = [...servers].flatMap(([name, { keepers, subscriptions }]) => {
        const uris = subscriptions.urisOf(id)
        const keeper = uris.length > 0 ? keepers.of(session) : undefined
        return [...uris.map((uri) => keeper && unsubscribe(name, uri, id, keeper)), keepers.endSession(id)]
      })
      await Promise.all(ending)
    },
    onEvent(listener) {
      eventListeners.add(listener)
      return () => eventListeners.delete(listener)
    },
    onToolsChanged(listener) {
      toolListeners.add(listener)
      return () => toolListeners.delete(listener)
    },
    isListCurrent: (name) => servers.get(name)?.keepers.shared.isListCurrent() ?? false,
    guardCalls(asked) {
      guard = asked
    },
    async close() {
      isClosing = true
      toolListeners.clear()
      eventListeners.clear()
      const closing = [...servers.values()].flatMap(({ keepers }) => keepers.all().map((keeper) => keeper.close()))
      await Promise.all([...children].map((child) => child.stop(limits)))
      await Promise.all(closing)
    },
  }
}

/**
 * The connection, if it comes in time. The start goes on for others who wait for it. Every failure is
 * `server.start-failed`, also of a caller that gave up: what matters is that the server has heard of nothing.
 */
function reached(
  connection: Promise<Connection>,
  server: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) =>
      reject(new HostError('server.start-failed', `server \`${server}\` was not reached: ${why}`))
    const onAbort = () => fail('cancelled while it was starting')
    const timer = setTimeout(() => fail(`it was still starting after ${timeoutMs} ms`), timeoutMs)
    signal?.addEventListener('abort', onAbort, { once: true })
    if (signal?.aborted) onAbort()
    connection.then(resolve, reject).finally(() => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    })
  })
}
