import type { Machine } from '@ecp/host'
import { ServerError } from '../error.ts'
import type { Authenticator, Identity } from '../http/identity.ts'
import { Changes } from './changes.ts'
import { tokenHash } from './client-token.ts'
import { clientsFile } from './clients-file.ts'
import { configClients } from './config-clients.ts'
import type { KeyTimes } from './issuers/issuer-keys.ts'
import type { TokenIssuers } from './issuers/token-issuers.ts'
import { saidOnce } from './said-once.ts'
import { type FoundClient, LiveTokenClients } from './token-clients.ts'

export interface AuthenticatorOptions {
  readonly machine: Pick<Machine, 'config' | 'secret'>
  /** The file of the ledger, see `ledgerFile`: the tokens of clients are kept beside it. */
  readonly ledger: string
  /** Milliseconds since the epoch. */
  now(): number
  /** The operator's log. Nothing of a token stands in it. */
  log(message: string): void
  /** How often clients are looked at that send nothing, in milliseconds. */
  readonly pollMs?: number
  readonly keyTimes?: Partial<KeyTimes>
}

/** Longer ones are not looked at: no header holds them. */
const longest = 16_384
const pollMs = 1_000
const jwt = /^[\w-]+\.[\w-]+\.[\w-]+$/

/**
 * Whoever the config, the file of clients, and the JWTs of wired issuers name. Throws `HostError` and `ServerError` with the
 * place for what of the config cannot hold; the file of clients may be mended later, and names nobody until then.
 */
export async function openAuthenticator(options: AuthenticatorOptions): Promise<Authenticator> {
  const { machine, now } = options
  const log = saidOnce(options.log, now)
  const changes = new Changes(log)
  const configured = await configClients(machine)
  const byHash = new Map(configured.map((client) => [client.tokenHash, client.identity]))
  const reserved = new Map(configured.map(({ identity, place }) => [identity.client, place]))
  const file = clientsFile(options.ledger)
  const stored = new LiveTokenClients({ file, reserved, changes, now, log })
  await stored.refresh()
  const [taken] = stored.taken
  if (taken !== undefined) {
    const message = `client \`${taken}\` is named twice: ${reserved.get(taken)} and \`${file}\`; rename the first, or end the other with \`ecp clients revoke\``
    throw new ServerError('credentials.refused', message)
  }
  const issuers = await openIssuers(options, changes, log)

  const ofFile = ({ identity, isOver }: FoundClient, wired: Identity | undefined): Identity | undefined => {
    const { client } = identity
    if (isOver) log(`the token of client \`${client}\` was refused: it has expired`)
    else if (!wired) return identity
    else
      log(`a token was refused: client \`${client}\` of \`${file}\` and \`${wired.client}\` of the config both have it`)
    return undefined
  }
  const who = async (token: string): Promise<Identity | undefined> => {
    if (token.length === 0 || token.length > longest) return undefined
    const hash = tokenHash(token)
    const [kept, wired] = [await stored.find(hash), byHash.get(hash)]
    if (kept) return ofFile(kept, wired)
    if (wired) return wired
    if (issuers && jwt.test(token)) return issuers.identify(token)
    log('a token was refused: nobody has it')
    return undefined
  }
  const poll = setInterval(() => {
    void stored.refresh()
    issuers?.refresh()
  }, options.pollMs ?? pollMs)
  poll.unref()
  return {
    async identify(token) {
      try {
        return await who(token)
      } catch (cause) {
        log(`a token was refused: ${(cause as Error).message}`) // reason: only Errors are thrown on the way
        return undefined
      }
    },
    get isEmpty() {
      return byHash.size === 0 && issuers === undefined && stored.isEmpty
    },
    holds: (identity) =>
      configured.some((one) => one.identity.generation === identity.generation) ||
      stored.holds(identity) ||
      issuers?.holds(identity) === true,
    contexts: [
      ...configured.map(({ identity: { contextFile, inputs } }) => ({ contextFile, inputs })),
      ...(issuers?.entries ?? []).map(({ context, inputs }) => ({ contextFile: context, inputs })),
    ],
    onChanged: (listener) => changes.on(listener),
    issuers: machine.config.layers.flatMap(({ document }) =>
      Object.values(document.value.gateway?.issuers ?? {}).map(({ issuer }) => issuer),
    ),
    async close() {
      clearInterval(poll)
      await issuers?.close()
    },
  }
}

async function openIssuers(
  { machine: { config }, now, keyTimes }: AuthenticatorOptions,
  changes: Changes,
  log: (message: string) => void,
): Promise<TokenIssuers | undefined> {
  if (!config.layers.some(({ document }) => Object.keys(document.value.gateway?.issuers ?? {}).length > 0))
    return undefined
  // Only where it is used: starting up does not wait for it.
  const [{ TokenIssuers }, { defaultKeyTimes }] = await Promise.all([
    import('./issuers/token-issuers.ts'),
    import('./issuers/issuer-keys.ts'),
  ])
  return new TokenIssuers({ config, changes, now, log, times: { ...defaultKeyTimes, ...keyTimes } })
}
