import { configPath, HostError, type Machine } from '@ecp/host'
import { type GatewayClient, place } from '@ecp/protocol'
import { ServerError } from '../error.ts'
import type { Identity } from '../http/identity.ts'
import { tokenHash } from './client-token.ts'
import { identityOf } from './identity-of.ts'

/** A client of `gateway.clients`. */
export interface ConfigClient {
  readonly identity: Identity
  readonly tokenHash: string
  /** file:line:column */
  readonly place: string
}

/** Fewer could be tried. */
const shortest = 32
/** What a bearer token can consist of (RFC 6750, section 2.1). */
const bearer = /^[A-Za-z0-9._~+/-]+=*$/

/**
 * The clients that the config names, with their tokens as they are now. Throws with the place for a token that cannot be had
 * (`secret.missing`, `secret.provider-not-allowed`, `host.refused`), and `credentials.refused` for one that is too short, that no
 * request could carry, or that another client has.
 */
export async function configClients({ config, secret }: Pick<Machine, 'config' | 'secret'>): Promise<ConfigClient[]> {
  const found: ConfigClient[] = []
  for (const { document } of config.layers) {
    for (const [name, wiring] of Object.entries(document.value.gateway?.clients ?? {})) {
      const at = place(document.keyAt(['gateway', 'clients', name]))
      const token = await secret(wiring.token).catch((cause: unknown) => {
        if (!(cause instanceof HostError)) throw cause
        throw new HostError(cause.code, `the token of client \`${name}\` (${at}): ${cause.message}`)
      })
      const refuse = (why: string) => {
        throw new ServerError('credentials.refused', `the token of client \`${name}\` (${at}) ${why}`)
      }
      if (token.length < shortest)
        refuse(`has fewer than ${shortest} characters: set a longer one, of random characters`)
      if (!bearer.test(token))
        refuse('holds characters that a bearer token cannot have: use letters, digits and -._~+/')
      const hash = tokenHash(token)
      const same = found.find((other) => other.tokenHash === hash)
      if (same) refuse(`is that of client \`${same.identity.client}\` (${same.place}), too: give each its own`)
      const contextFile = configPath(document.file, wiring.context, config.options.home)
      found.push({ identity: identityOf(who(name, contextFile, wiring), hash), tokenHash: hash, place: at })
    }
  }
  return found
}

function who(name: string, contextFile: string, { executor, inputs = {}, names = 'prefixed' }: GatewayClient) {
  return { client: name, principal: name, contextFile, executor, inputs, names }
}
