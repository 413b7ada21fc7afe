import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import { checked } from '../api/checked.ts'
import { jsonBody } from '../api/json-body.ts'
import { answerTo } from './answer-to.ts'
import { approvalRoutes } from './approval-routes.ts'
import { ChainCheck } from './chain.ts'
import { clientRoutes } from './clients.ts'
import { consoleFiles } from './console-files.ts'
import { OperatorEventStreams } from './events.ts'
import { grantRoutes } from './grants.ts'
import type { OperatorDesk, OperatorEnv } from './operator-desk.ts'
import { OperatorError } from './operator-error.ts'
import { ownPageOnly } from './own-page.ts'
import { registrationRoutes } from './passkeys/registration-routes.ts'
import { permissionsOf } from './permissions.ts'
import { runRoutes } from './run-routes.ts'
import { idleMs, OperatorSessions } from './sessions.ts'
import { codeMs, SignInCodes } from './sign-in-codes.ts'
import { stateOf } from './state.ts'

/** The operator's side of the server: the console, and what it asks. */
export interface Operator {
  /** To be mounted in front of all that clients may ask. */
  readonly app: Hono
  /** For a socket that only this user can connect to: it gives a new link. */
  readonly local: Hono
  /** A new one-time code. */
  code(): string
  close(): void
}

export interface OperatorOptions extends OperatorDesk {
  isStopping(): boolean
}

const api = '/console/api'
const everything = `${api}/*`
const maxBodyBytes = 256_000
const signIn = z.strictObject({ code: z.string().max(200) })
const noted = z.strictObject({ note: z.string().max(2_000).optional() })

export function openOperator(options: OperatorOptions): Operator {
  const { now, log, isStopping } = options
  const codes = new SignInCodes(now)
  const sessions = new OperatorSessions(now)
  const events = new OperatorEventStreams(options, sessions)
  const chain = new ChainCheck(options)
  const registration = registrationRoutes(options)
  const app = new Hono<OperatorEnv>()
  app.onError((cause) => answerTo(cause, log))
  app.route('/', consoleFiles())
  app.use(everything, ownPageOnly, async (c, next) => {
    if (isStopping()) throw new OperatorError(503, 'operator.stopping', 'ecp is stopping', { 'retry-after': '5' })
    await next()
    c.header('cache-control', 'no-store')
    c.header('x-content-type-options', 'nosniff')
    c.header('cross-origin-resource-policy', 'same-origin')
  })
  app.use(everything, bodyLimit({ maxSize: maxBodyBytes, onError: tooLarge }))
  app.post(`${api}/session`, async (c) => {
    const { code } = checked(signIn, await jsonBody(c.req.raw, 415))
    if (!codes.spend(code)) {
      const message = 'this link was used already, is too old, or is none: `ecp console` prints a new one'
      throw new OperatorError(401, 'operator.code-refused', message)
    }
    const { token, session } = sessions.begin()
    log('console: somebody signed in by a link')
    return c.json({ token, expiresAt: session.expiresAt, idleMs })
  })
  app.route(api, registration.page)
  app.use(everything, (c, next) => {
    const [, token = ''] = /^Bearer +([\w-]+)$/i.exec(c.req.header('authorization') ?? '') ?? []
    const session = sessions.find(token)
    if (!session) {
      const message = 'nobody is signed in with this: `ecp console` prints a link'
      throw new OperatorError(401, 'operator.not-signed-in', message, { 'www-authenticate': 'Bearer' })
    }
    c.set('session', session)
    return next()
  })
  app.delete(`${api}/session`, (c) => {
    sessions.end(c.get('session'))
    return c.body(null, 204)
  })
  app.get(`${api}/state`, async (c) => c.json(await stateOf(options)))
  app.get(`${api}/permissions`, async (c) => c.json(await permissionsOf(options)))
  app.get(`${api}/chain`, async (c) => c.json(await chain.check()))
  app.get(`${api}/events`, (c) => events.open(c.get('session')))
  for (const to of ['freeze', 'unfreeze'] as const) {
    app.post(`${api}/${to}`, async (c) => {
      const { note } = checked(noted, await jsonBody(c.req.raw, 415))
      await options.machine().ledger[to](now(), options.user, note)
      return c.json(await stateOf(options))
    })
  }
  for (const routes of [approvalRoutes, grantRoutes, runRoutes, clientRoutes]) app.route(api, routes(options))
  app.all(everything, () => {
    throw new OperatorError(404, 'http.not-found', 'there is nothing here')
  })

  const local = new Hono()
  local.onError((cause) => answerTo(cause, log))
  local.route('/', registration.local)
  local.post(linkPath, (c) => c.json({ link: linkOf(options.base(), codes.issue()), expiresAt: now() + codeMs }))
  return {
    app: new Hono().route('/', app),
    local,
    code: () => codes.issue(),
    close() {
      events.close()
      sessions.close()
      chain.close()
    },
  }
}

/** Where a program of this user gets a new link, over the local socket. */
export const linkPath = `${api}/link`

/** The code stands behind `#`: no browser sends that to any server. */
export function linkOf(base: string, code: string): string {
  return `${base}/#code=${code}`
}

const tooLarge = () => {
  throw new OperatorError(413, 'request.invalid', `a body has at most ${maxBodyBytes} bytes here`)
}
