import { type GuardedFetch, type LoadedConfig, openIssuerFetch } from '@ecp/host'
import { decodeJwt, type JWTPayload, type JWTVerifyGetKey } from 'jose'
import type { Identity } from '../../http/identity.ts'
import type { Changes } from '../changes.ts'
import { identityOf } from '../identity-of.ts'
import { entryFor } from './claim-entry.ts'
import { claimText } from './claim-text.ts'
import { issuerKeys, type KeyTimes } from './issuer-keys.ts'
import { LiveTokens } from './live-tokens.ts'
import { verifyToken } from './verify-token.ts'
import { type ActingEntry, type WiredIssuer, wiredIssuers } from './wired-issuers.ts'

export interface TokenIssuersOptions {
  readonly config: Pick<LoadedConfig, 'layers' | 'options'>
  readonly changes: Changes
  readonly times: KeyTimes
  now(): number
  log(message: string): void
}

interface Issuer extends WiredIssuer {
  readonly keys: JWTVerifyGetKey
  readonly asks: GuardedFetch
}

/** The JWTs of the issuers that a config wires. */
export class TokenIssuers {
  readonly #options: TokenIssuersOptions
  /** By what tokens call them. */
  readonly #issuers: ReadonlyMap<string, Issuer>
  readonly #live: LiveTokens

  constructor(options: TokenIssuersOptions) {
    const { config, times, now } = options
    this.#options = options
    this.#live = new LiveTokens(options)
    this.#issuers = new Map(
      wiredIssuers(config).map((wired) => {
        const { issuer, jwksUri } = wired.wiring
        const asks = openIssuerFetch(config.layers, wired.name)
        return [issuer, { ...wired, asks, keys: issuerKeys({ issuer, jwksUri, asks, times, now }) }]
      }),
    )
  }

  /** Who bears this JWT; nothing for one of nobody, which the operator's log says why. */
  async identify(token: string): Promise<Identity | undefined> {
    const { log, now } = this.#options
    const issuer = this.#issuerOf(token)
    if (!issuer) {
      log('a JWT was refused: none of `gateway.issuers` has issued it')
      return undefined
    }
    const refuse = (why: string) => log(`a JWT of issuer \`${issuer.name}\` was refused: ${why}`)
    const { audience } = issuer.wiring
    const verified = await verifyToken(token, { issuer: issuer.wiring.issuer, audience, keys: issuer.keys, now: now() })
    if ('refused' in verified) {
      refuse(verified.refused)
      return undefined
    }
    const identity = identified(issuer, verified.claims)
    if (typeof identity === 'string') {
      refuse(identity)
      return undefined
    }
    this.#live.saw(identity.client, verified.end)
    return identity
  }

  /** Whether a good token of this client would still come to this identity. */
  holds({ client, principal, generation }: Identity): boolean {
    const issuer = [...this.#issuers.values()].find(({ name }) => client.startsWith(`${name}/`))
    const isSame = issuer?.entries.some((entry) => actingAs(issuer, entry, client, principal).generation === generation)
    // Its token was seen by the authenticator before this one.
    if (isSame) this.#live.resumed(client)
    return isSame === true
  }

  /** As what bearers of their tokens may act. */
  get entries(): readonly ActingEntry[] {
    return [...this.#issuers.values()].flatMap(({ entries }) => entries)
  }

  /** Tells whose last token is over. */
  refresh(): void {
    this.#live.refresh()
  }

  async close(): Promise<void> {
    await Promise.all([...this.#issuers.values()].map(({ asks }) => asks.close()))
  }

  /** Whose it says it is: believed only after its signature was checked with that issuer's keys. */
  #issuerOf(token: string): Issuer | undefined {
    try {
      const { iss } = decodeJwt(token)
      return iss === undefined ? undefined : this.#issuers.get(iss)
    } catch {
      return undefined
    }
  }
}

/** As what the bearer of these claims acts, or why as nothing. */
function identified(issuer: WiredIssuer, claims: JWTPayload): Identity | string {
  const { name, wiring, entries } = issuer
  const { principalClaim = 'sub', clientClaim } = wiring
  const principal = claimText(own(claims, principalClaim))
  if (principal === undefined) return `its \`${principalClaim}\` names nobody`
  const client = clientClaim === undefined ? principal : claimText(own(claims, clientClaim))
  if (client === undefined) return `its \`${clientClaim}\` names no client`
  const entry = entryFor(entries, claims)
  if (!entry) return 'its claims fit no entry of `as`'
  // INVARIANT: two people never share a client, whatever program both use: they would share runs, and read each other's.
  const names = client === principal ? [principal] : [client, principal]
  return actingAs(issuer, entry, [name, ...names.map(withoutSlash)].join('/'), `${name}/${principal}`)
}

/** So that no two pairs of names come to the same. */
const withoutSlash = (text: string): string => text.replaceAll('%', '%25').replaceAll('/', '%2F')

function actingAs({ wiring }: WiredIssuer, entry: ActingEntry, client: string, principal: string): Identity {
  const { context: contextFile, executor, inputs, names } = entry
  const { issuer, audience, jwksUri = null, principalClaim = null, clientClaim = null } = wiring
  const credential = { issuer, audience, jwksUri, principalClaim, clientClaim, claims: entry.claims ?? null }
  return identityOf({ client, principal, contextFile, executor, inputs, names }, credential)
}

const own = (claims: JWTPayload, claim: string): unknown => (Object.hasOwn(claims, claim) ? claims[claim] : undefined)
