import type { Settlement } from '@ecp/host'
import { LedgerError } from '@ecp/ledger'
import { OpenAPIHono } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import type { Caller, CallerEnv } from '../http/caller.ts'
import { actionRoutes } from './actions/routes.ts'
import { ApiError } from './api-error.ts'
import { authzenRoutes } from './authzen/routes.ts'
import { openApiDocument, openApiPath } from './openapi.ts'
import type { ApiRoute } from './route.ts'
import { runRoutes } from './runs/routes.ts'
import { toolsRoute } from './tools.ts'

export interface ApiOptions {
  /** Settles a lease of the caller; false where none is open. Default: at the caller's Gate. */
  settle?(caller: Caller, id: string, settlement: Settlement): Promise<boolean>
  /** Milliseconds since the epoch. */
  now?(): number
  /** Lines for the operator. */
  log?(line: string): void
}

/**
 * The HTTP API: AuthZEN's Authorization API 1.0 below `/access/v1`, and actions, runs and tools below `/v1`. To be mounted at
 * the root, behind what finds out who asks (`caller`), and behind a bound on bodies.
 */
export function createApi(options: ApiOptions = {}): OpenAPIHono<CallerEnv> {
  const routes = apiRoutes(options)
  const app = new OpenAPIHono<CallerEnv>()
  app.onError((cause) => answerTo(cause, options).response())
  for (const path of ['/access/*', '/v1/*']) app.use(path, echoRequestId, noStore)
  for (const { description, answer } of routes) {
    app.openAPIRegistry.registerPath(description)
    app.on(description.method, description.path.replaceAll(/\{(\w+)\}/g, ':$1'), answer)
  }
  const document = openApiDocument(routes)
  app.get(openApiPath, (c) => c.json(document))
  return app
}

/** The API's description, for where nobody has to say who asks. */
export function apiDescription(): ReturnType<typeof openApiDocument> {
  return openApiDocument(apiRoutes({}))
}

function apiRoutes({ settle, now = Date.now }: ApiOptions): readonly ApiRoute[] {
  const atGate = ({ host }: Caller, id: string, settlement: Settlement) => host.gate.settle(id, settlement)
  return [...authzenRoutes, ...actionRoutes({ settle: settle ?? atGate, now }), ...runRoutes, toolsRoute]
}

/** AuthZEN Authorization API 1.0, 10.1.8: an answer has the `X-Request-ID` of its request, an error too. */
export const echoRequestId: MiddlewareHandler = async (c, next) => {
  const id = c.req.header('x-request-id')
  await next()
  if (id !== undefined) c.res.headers.set('x-request-id', id)
}

/** Decisions are of their moment, and all of it is for one caller. */
const noStore: MiddlewareHandler = async (c, next) => {
  await next()
  c.res.headers.set('cache-control', 'no-store')
}

/** What went wrong, in words for the client: what a ledger or a library says may name places of this machine. */
function answerTo(cause: Error, { log }: ApiOptions): ApiError {
  if (cause instanceof ApiError) return cause
  log?.(`api: ${cause.message}`)
  if (cause instanceof LedgerError) {
    return new ApiError(503, 'ledger.unavailable', 'the ledger cannot be read or written now; try again later')
  }
  return new ApiError(500, 'http.internal', 'the request failed here; the log of ecp says why')
}
