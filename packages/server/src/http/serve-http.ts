import type { Machine, WebhookDeliveries, WebhookTiming } from '@ecp/host'
import { frozenBucket } from '@ecp/ledger'
import { createApi } from '../api/create-api.ts'
import { OpenRequests } from '../open-requests.ts'
import { linkOf, openOperator } from '../operator/operator.ts'
import { type RunLooks, TriggeredRuns } from '../runs/triggered-runs.ts'
import { type Anonymous, anonymousIdentity } from './anonymous.ts'
import { type AppOptions, createApp } from './app.ts'
import { authenticate } from './authentication.ts'
import { consoleOrigin } from './console-origin.ts'
import { type Front, socketFront } from './front.ts'
import type { Authenticator } from './identity.ts'
import { defaultHttpLimits, type HttpLimits } from './limits.ts'
import { parseListenAddress } from './listen-address.ts'
import { type Listener, listenOn, listenOnSocket } from './listener.ts'
import { challengeTo, type OpenRoutesOptions, openRoutes } from './open-routes.ts'
import { Serving } from './serving.ts'
import { standingOn } from './standing.ts'
import { startDeliveries } from './start-deliveries.ts'

export interface ServeHttpOptions {
  /** Closed with the server, and so are those that follow it; also when this throws. */
  readonly machine: Machine
  /** Who may connect under a machine's config; called again when that changes. Throws what is wrong with it. */
  openAuthenticator(machine: Machine): Promise<Authenticator>
  /** Whoever comes without a token, on this machine only. */
  readonly anonymous?: Anonymous
  /** In place of `gateway.listen`. */
  readonly listen?: string
  /** The path of the local socket; none where it is missing. */
  readonly socket?: string
  readonly version: string
  /**
   * The operating system's user, who signs in to the console by a link, and for whom Contexts run that a trigger starts; without it
   * there is no console.
   */
  readonly operator?: string
  readonly limits?: Partial<HttpLimits>
  /** When webhooks are sent; what is missing is as usual. */
  readonly webhookTiming?: Partial<WebhookTiming>
  /** How often clocks and the ledger are looked at for runs; what is missing is as usual. */
  readonly runLooks?: Partial<RunLooks>
  /** How often (ms) files are looked at for changes. */
  readonly watchMs?: number
  /** Milliseconds since the epoch. */
  now?(): number
  /** Lines for the operator. */
  log(line: string): void
}

/** The HTTP face, listening. */
export interface HttpFace {
  /** `http://127.0.0.1:7391` */
  readonly url: string
  /** A new one-time link to the console; nothing where there is none. */
  link(): string | undefined
  /**
   * Takes nothing new, lets what is in flight end within the bound, cancels what is left, and settles when everything is on
   * record and closed.
   */
  close(): Promise<void>
}

/**
 * Serves everything of ECP over HTTP: MCP at `/mcp`, decisions, actions, runs; on an address and on a socket for programs of
 * this user. Throws `server.refused` where nobody or anybody could come in, `server.not-listening` for an address that is
 * taken, and what opening a Context throws.
 */
export async function serveHttp(options: ServeHttpOptions): Promise<HttpFace> {
  const { machine, log, version } = options
  const now = options.now ?? Date.now
  const limits = { ...defaultHttpLimits, ...options.limits }
  const anonymous = options.anonymous ? anonymousIdentity(options.anonymous) : undefined
  const serving = await opened()
  const api = createApi({ now, log })
  const operator =
    options.operator === undefined
      ? undefined
      : openOperator({ ...operatorDesk(options.operator), base: () => console() ?? '' })
  const openRequests = new OpenRequests(limits.maxRequestsPerClient)
  const runs = new TriggeredRuns({ serving, openRequests, looks: options.runLooks ?? {}, now, log })
  const listeners: Listener[] = []
  let deliveries: WebhookDeliveries | undefined
  const end = async () => {
    for (const listener of listeners) listener.stop()
    operator?.close()
    await deliveries?.close()
    await runs.stop()
    await serving.close(() => runs.breakOff())
    await Promise.all(listeners.map((listener) => listener.close()))
  }
  try {
    if (anonymous) await serving.caller(anonymous)
    const { listen } = serving.standing.settings
    listeners.push(
      await listenOn(
        listen,
        answering(() => serving.standing.front, operator?.app),
        limits,
      ),
    )
    if (options.socket !== undefined) {
      listeners.push(
        await listenOnSocket(
          options.socket,
          answering(() => socketFront, operator?.local),
          limits,
        ),
      )
    }
    deliveries = startDeliveries({
      standing: () => serving.standing,
      place: listeners[0]?.place ?? '',
      timing: options.webhookTiming,
      now,
      log,
    })
    runs.begin()
  } catch (cause) {
    await end()
    throw cause
  }
  const link = () => operator && linkOf(console() ?? '', operator.code())
  return { url: listeners[0]?.place ?? '', link, close: end }

  function operatorDesk(user: string) {
    return {
      machine: () => serving.standing.machine,
      during: <T>(work: (machine: Machine) => Promise<T>) => serving.during(work),
      isStopping: () => serving.isStopping,
      user,
      version,
      ...(anonymous ? { anonymous } : {}),
      now,
      log,
    }
  }

  async function opened(): Promise<Serving> {
    try {
      const standingOptions = {
        openAuthenticator: options.openAuthenticator,
        letsAnybodyIn: anonymous !== undefined,
        user: options.operator ?? 'ecp serve',
        ...(options.listen === undefined ? {} : { listen: parseListenAddress(options.listen) }),
      }
      const first = await standingOn(machine, standingOptions)
      const watching = options.watchMs === undefined ? {} : { watchMs: options.watchMs }
      return new Serving(first, {
        ...standingOptions,
        ...watching,
        version,
        drainMs: limits.drainMs,
        console,
        onRenewed: () => runs.follow(),
        now,
        log,
      })
    } catch (cause) {
      await machine.close()
      throw cause
    }
  }

  function console(): string | undefined {
    const [first] = listeners
    return serving.standing.settings.url ?? (first && consoleOrigin(first.place))
  }

  function answering(front: () => Front, own: AppOptions['operator']) {
    const open: OpenRoutesOptions = {
      base: (request) => serving.standing.settings.url ?? new URL(request.url).origin,
      issuers: () => serving.standing.authenticator.issuers,
    }
    const app = createApp({
      front,
      ...(own ? { operator: own } : {}),
      origins: () => serving.standing.settings.origins,
      authenticate: (request) => {
        const { authenticator } = serving.standing
        const challenge = (token: 'missing' | 'refused') => challengeTo(request, token, open)
        return authenticate(request, { authenticator, serving, anonymous, challenge, log })
      },
      endpoint: serving.endpoint,
      open: openRoutes(open),
      api,
      readiness: () => readiness(serving.standing.machine, now()),
      isStopping: () => serving.isStopping,
      limits,
      triggers: runs.routes,
      openRequests,
      log,
    })
    return async (request: Request) => app.fetch(request)
  }
}

/** Why nothing can be decided now; nothing where it can. */
async function readiness({ ledger }: Machine, at: number): Promise<string | undefined> {
  try {
    await ledger.counters([{ name: 'frozen', bucket: frozenBucket, kind: 'total' }], at)
    return undefined
  } catch (cause) {
    return `the ledger cannot be read: ${(cause as Error).message}` // reason: a ledger throws LedgerError
  }
}
