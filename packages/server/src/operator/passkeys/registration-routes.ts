import { approversOf, HostError, passkeyCreation, passkeyMade } from '@ecp/host'
import type { PasskeyRegistrationOptions } from '@ecp/protocol'
import { Hono } from 'hono'
import { z } from 'zod'
import { checked } from '../../api/checked.ts'
import { jsonBody } from '../../api/json-body.ts'
import type { OperatorDesk } from '../operator-desk.ts'
import { OperatorError } from '../operator-error.ts'
import { passkeyPlace } from './passkey-place.ts'
import { type Registration, Registrations } from './registrations.ts'

/** Over the local socket: where the command gets a link, and where it asks what has come of it. */
export const registrationsPath = '/console/api/passkeys/registrations'
export const registrationOutcomePath = `${registrationsPath}/outcome`
/** The page of the console that a link leads to. */
const pagePath = '/passkey'

const wanted = z.strictObject({ name: z.string().min(1).max(128) })
const asked = z.strictObject({ id: z.string().max(100) })
const started = z.strictObject({ code: z.string().max(200) })
const made = z.strictObject({ code: z.string().max(200), credential: z.record(z.string(), z.json()) })

export interface RegistrationRoutes {
  /** For the page, without a session: the code of its link is what lets it in. */
  readonly page: Hono
  /** For a socket that only this user can connect to. */
  readonly local: Hono
}

/** How a passkey is made: a command asks for a link, its page has the browser make one, and the command gets to know it. */
export function registrationRoutes({
  machine,
  now,
  log,
  base,
}: Pick<OperatorDesk, 'machine' | 'now' | 'log' | 'base'>): RegistrationRoutes {
  const registrations = new Registrations(now)
  const page = new Hono()
  page.post('/passkeys/registration/options', async (c) => {
    const { name, place, challenge, expiresAt } = known(checked(started, await jsonBody(c.req.raw, 415)).code)
    const { passkeys = [] } = approversOf(machine().config.layers).get(name) ?? {}
    const taken = passkeys.filter(({ rpId }) => rpId === place.rpId).map(({ id }) => id)
    const publicKey = await passkeyCreation({ name, place, challenge, timeoutMs: ceremonyMs, taken })
    return c.json({ name, expiresAt, publicKey } satisfies PasskeyRegistrationOptions)
  })
  page.post('/passkeys/registration', async (c) => {
    const { code, credential } = checked(made, await jsonBody(c.req.raw, 415))
    const registration = known(code)
    const passkey = await passkeyMade(credential, registration).catch((cause: unknown) => {
      throw cause instanceof HostError ? new OperatorError(422, 'passkey.refused', cause.message) : cause
    })
    if (!registrations.finish(registration, passkey)) throw over()
    log(`console: a passkey for approver ${registration.name} was made by a link; it counts once the config names it`)
    return c.body(null, 204)
  })

  const local = new Hono()
  local.post(registrationsPath, async (c) => {
    const { name } = checked(wanted, await jsonBody(c.req.raw, 415))
    const place = passkeyPlace(base())
    if (!place) {
      const message = `browsers use no passkeys on pages of \`${base()}\`: name an https address of this server with \`gateway.url\`, or listen on this machine only`
      throw new OperatorError(409, 'passkey.no-place', message)
    }
    const { registration, code } = registrations.begin(name, place)
    // The code stands behind `#`: no browser sends that to any server.
    const link = `${place.origin}${pagePath}#code=${code}`
    return c.json({ id: registration.id, link, expiresAt: registration.expiresAt })
  })
  local.post(registrationOutcomePath, async (c) => {
    const outcome = registrations.outcome(checked(asked, await jsonBody(c.req.raw, 415)).id)
    if (!outcome) throw over()
    return c.json(outcome)
  })
  return { page, local }

  /** Throws `passkey.link-over`. */
  function known(code: string): Registration {
    const found = registrations.find(code)
    if (!found) throw over()
    return found
  }
}

/** How long (ms) a browser waits for its user. */
export const ceremonyMs = 120_000

function over(): OperatorError {
  const message =
    'this link was used already, is too old, or is none: `ecp approvers add NAME --passkey` prints a new one'
  return new OperatorError(410, 'passkey.link-over', message)
}
