import { HostError } from '../error.ts'
import type { Redactor } from '../secrets/redactor.ts'
import type { Child } from './child.ts'
import type { Connection } from './connection.ts'
import { listTools } from './list-tools.ts'
import type { CallOptions, RawTool, ServerRequest, Servers } from './servers.ts'
import { defaultServerLimits, type ServerLimits, type ServerLogEntry, type StdioServer } from './stdio-server.ts'
import { SupervisedServer } from './supervised-server.ts'

export interface OpenServersOptions {
  readonly servers: ReadonlyMap<string, StdioServer>
  readonly redactor: Pick<Redactor, 'text' | 'stream'>
  log(entry: ServerLogEntry): void
  readonly limits?: Partial<ServerLimits>
  /** Milliseconds, for backoff only: monotonic or the epoch. */
  now(): number
  /** From 0 to 1, for jitter. */
  random(): number
}

/** The start ends itself in its time, and says more about why; this is for what comes before it (asking for secrets). */
const startGraceMs = 1_000

/** The host's stdio servers. Starts nothing until something is asked of one. */
export function openServers(options: OpenServersOptions): Servers {
  const limits = { ...defaultServerLimits, ...options.limits }
  const children = new Set<Child>()
  let isClosing = false
  const listeners = new Set<(server: string) => void>()
  const supervised = new Map<string, SupervisedServer>()
  let guard: ((server: string, tool: string) => Promise<void>) | undefined
  for (const [name, server] of options.servers) {
    supervised.set(
      name,
      new SupervisedServer({
        ...options,
        server,
        limits,
        onToolsChanged: () => {
          for (const listener of listeners) listener(name)
        },
        onChild: (child) => {
          // A start that began before the end: nobody waits for it any more.
          if (isClosing) child.kill()
          children.add(child)
          void child.ended.then(() => children.delete(child))
        },
      }),
    )
  }

  function named(name: string): { readonly server: StdioServer; readonly keeper: SupervisedServer } {
    const server = options.servers.get(name)
    const keeper = supervised.get(name)
    if (server && keeper) return { server, keeper }
    throw new HostError('server.unsupported', `server \`${name}\` is not one that can be connected to`)
  }

  async function tools(name: string, signal?: AbortSignal): Promise<readonly RawTool[]> {
    const { server, keeper } = named(name)
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
    return listed
  }

  async function ready(keeper: SupervisedServer, name: string, { method, params }: ServerRequest): Promise<Connection> {
    const connection = await keeper.connection()
    if (method !== 'tools/call' || guard === undefined || keeper.isListCurrent()) return connection
    await guard(name, String(params.name))
    return keeper.connection()
  }

  async function request(name: string, asked: ServerRequest, { signal, timeoutMs, onProgress }: CallOptions) {
    const { keeper } = named(name)
    const since = performance.now()
    const connection = await reached(ready(keeper, name, asked), name, timeoutMs, signal)
    const remainingMs = Math.max(1, timeoutMs - (performance.now() - since))
    return connection.request(asked.method, asked.params, {
      signal,
      timeoutMs: Math.ceil(remainingMs),
      ...(onProgress ? { onProgress } : {}),
    })
  }

  return {
    tools,
    request,
    about: async (name) => {
      named(name)
      throw new HostError('server.unsupported', 'not yet')
    },
    list: async () => [],
    subscribe: async () => undefined,
    unsubscribe: async () => undefined,
    isSubscribed: () => false,
    setLogLevel: async () => undefined,
    endSession: async () => undefined,
    onEvent: () => () => undefined,
    onToolsChanged(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    isListCurrent: (name) => supervised.get(name)?.isListCurrent() ?? false,
    guardCalls(asked) {
      guard = asked
    },
    async close() {
      isClosing = true
      listeners.clear()
      const closing = [...supervised.values()].map((keeper) => keeper.close())
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
