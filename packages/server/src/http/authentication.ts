import type { Caller } from './caller.ts'
import type { Authenticator, Identity } from './identity.ts'
import { problem } from './problem.ts'
import type { Serving } from './serving.ts'

export interface AuthenticationOptions {
  readonly authenticator: Pick<Authenticator, 'identify'>
  readonly serving: Pick<Serving, 'caller'>
  /** Whoever comes without a token; nobody where it is missing. */
  readonly anonymous: Identity | undefined
  /** What is told of how to get a token (RFC 6750, 3; RFC 9728, 5.1). */
  challenge(token: 'missing' | 'refused'): string
  log(line: string): void
}

/** Finds out who sends a request. A refusal says nothing of why a token is not one, or of what a client is bound to. */
export async function authenticate(request: Request, options: AuthenticationOptions): Promise<Caller | Response> {
  const { serving, anonymous, challenge, log } = options
  const header = request.headers.get('authorization')
  const identity = header === null ? anonymous : await bearerOf(header, options.authenticator)
  if (!identity) {
    const message =
      header === null
        ? 'send a token: `Authorization: Bearer ...`; `ecp clients add` makes one'
        : 'this token is not one that may be used here, or not any more'
    const headers = { 'www-authenticate': challenge(header === null ? 'missing' : 'refused') }
    return problem({ status: 401, code: 'http.not-authenticated', message, headers })
  }
  try {
    return await serving.caller(identity)
  } catch (cause) {
    log(`client ${identity.client} is not let in: ${(cause as Error).message}`) // reason: nothing here throws anything but Errors
    const message = 'what this client is bound to cannot be opened; the log of ecp says why'
    return problem({ status: 403, code: 'http.client-refused', message })
  }
}

/** RFC 6750, 2.1. */
async function bearerOf(header: string, authenticator: Pick<Authenticator, 'identify'>): Promise<Identity | undefined> {
  const [, token] = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(header) ?? []
  return token === undefined ? undefined : authenticator.identify(token)
}
