import { Hono, type MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import { echoRequestId } from '../api/create-api.ts'
import type { McpEndpoint } from '../mcp/mcp-endpoint.ts'
import type { OpenRequests } from '../open-requests.ts'
import { bounded } from './bounded.ts'
import type { Caller, CallerEnv } from './caller.ts'
import type { Front } from './front.ts'
import type { HttpLimits } from './limits.ts'
import { mcpPath } from './open-routes.ts'
import { problem } from './problem.ts'

export interface AppOptions {
  /** May be another one with each request. */
  front(): Front
  /** `gateway.origins`, now. */
  origins(): readonly string[]
  /** Who sends a request; a refusal for nobody. */
  authenticate(request: Request): Promise<Caller | Response>
  readonly endpoint: Pick<McpEndpoint, 'fetch'>
  /** Everything behind authentication but `/mcp`. */
  readonly api: Hono<CallerEnv>
  /** What anybody may read: metadata, descriptions. */
  readonly open: Hono
  /** Whether actions can be decided and recorded; why not, otherwise. */
  readiness(): Promise<string | undefined>
  /** Signed messages that start runs; who sends them is no client. */
  readonly triggers?: Hono
  /** The operator's routes, each with its own way in. */
  readonly operator?: Hono
  /** Nothing new is taken any more. */
  isStopping(): boolean
  readonly limits: HttpLimits
  /** Shared by all that the clients can come by. */
  readonly openRequests: OpenRequests
  log(line: string): void
}

/** Every route of `ecp serve`. In front of all: names, origins and queries; before any body is read: who asks. */
export function createApp(options: AppOptions): Hono<CallerEnv> {
  const { limits, log } = options
  const app = new Hono<CallerEnv>()
  app.onError((cause) => {
    log(`http: ${cause.message}`)
    return problem({ status: 500, code: 'http.internal', message: 'the request failed here; the log of ecp says why' })
  })
  app.notFound(() => problem({ status: 404, code: 'http.not-found', message: 'there is nothing here' }))
  app.use(async (c, next) => {
    const refusal = options.front()(c.req.raw)
    if (refusal) return problem(refusal)
    return next()
  })
  // Before other origins are let in: no page of theirs asks there.
  if (options.operator) app.route('/', options.operator)
  app.use(crossOrigin(options.origins))
  // A refusal has the id of its request, too.
  app.use('/access/*', echoRequestId)
  app.get('/healthz', (c) => c.json({ status: 'alive' }))
  app.get('/readyz', async () => {
    const why = options.isStopping() ? 'it is stopping' : await options.readiness()
    if (why === undefined) return Response.json({ status: 'ready' })
    return problem({ status: 503, code: 'http.not-ready', message: why })
  })
  app.route('/', options.open)
  app.use(async (_, next) => {
    if (!options.isStopping()) return next()
    return problem({
      status: 503,
      code: 'http.stopping',
      message: 'ecp is stopping',
      headers: { connection: 'close', 'retry-after': '5' },
    })
  })
  if (options.triggers) app.route('/', options.triggers)
  app.use(async (c, next) => {
    const caller = await options.authenticate(c.req.raw)
    if (caller instanceof Response) return caller
    c.set('caller', caller)
    return next()
  })
  app.use(counted(options.openRequests))
  app.use(bounded(limits.maxBodyBytes))
  app.all(mcpPath, (c) => options.endpoint.fetch(c.req.raw, c.get('caller'), c.get('open')))
  app.route('/', options.api)
  return app
}

/** Lets pages of these origins ask from a browser (WHATWG Fetch, CORS). */
function crossOrigin(origins: () => readonly string[]): MiddlewareHandler {
  const headers = ['mcp-session-id', 'mcp-protocol-version', 'www-authenticate', 'x-request-id']
  const answer = cors({ origin: (origin) => (origins().includes(origin) ? origin : null), exposeHeaders: headers })
  return (c, next) => (c.req.raw.headers.has('origin') && origins().length > 0 ? answer(c, next) : next())
}

/** One client's requests leave room for those of others. */
function counted(requests: OpenRequests): MiddlewareHandler<CallerEnv> {
  return async (c, next) => {
    const open = requests.enter(c.get('caller').client, c.req.path === mcpPath)
    if (!open) {
      const message = `${requests.most} requests of this client are not answered yet; send more when some are`
      return problem({ status: 429, code: 'http.too-many-requests', message, headers: { 'retry-after': '1' } })
    }
    c.set('open', open)
    try {
      await next()
    } finally {
      open.end()
    }
    return undefined
  }
}
