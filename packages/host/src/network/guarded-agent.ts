import { lookup as dnsLookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import type { Agent, buildConnector } from 'undici'
import { HostError } from '../error.ts'
import { addressKind, bareHost, isLocalName } from './address.ts'
import type { NetworkRules } from './network-rules.ts'

/** Every address of a name. Asked once for each connection. */
export type Lookup = (hostname: string) => Promise<readonly { readonly address: string; readonly family: number }[]>

export interface AgentOptions {
  /** Who is connected to, for messages: server `docs`. */
  readonly who: string
  readonly rules: Pick<NetworkRules, 'privateRefusal'>
  /** Hosts that the operator wrote down as an address or as `localhost`. */
  readonly literals: readonly string[]
  readonly lookup?: Lookup | undefined
}

const connectMs = 10_000

/**
 * undici's agent, with connections that lead to no address but those the rules let through. A name is looked up once for
 * each connection, every address of the answer is judged, and what was judged is what is connected to: a name that leads
 * elsewhere the next time gains nothing. Proxies that the environment names (`HTTPS_PROXY`) are not used: behind one the
 * address that is connected to would be the proxy's choice. Fails with `network.refused` or `server.start-failed`, both
 * before anything was sent.
 */
export async function openGuardedAgent(options: AgentOptions): Promise<Agent> {
  const undici = await import('undici')
  const lookup = options.lookup ?? systemLookup
  const checkedLookup: LookupFunction = (hostname, { all }, callback) => {
    const failed = (cause: unknown) => callback(cause as NodeJS.ErrnoException, '') // reason: look-ups throw only Errors
    lookup(hostname).then((addresses) => {
      const [first] = addresses
      const refused = addresses.map(({ address }) => refusal(options, hostname, address)).find(Boolean)
      if (refused) failed(refused)
      else if (!first) failed(new Error('the name has no address'))
      else if (all) callback(null, [...addresses])
      else callback(null, first.address, first.family)
    }, failed)
  }
  const connector = undici.buildConnector({ lookup: checkedLookup, timeout: connectMs, allowH2: false })
  const connect: buildConnector.connector = (target, callback) => {
    const host = bareHost(target.hostname)
    const refused = isIP(host) === 0 ? undefined : refusal(options, host, host)
    if (refused) callback(refused, null)
    else {
      connector(target, (...[error, socket]) => {
        if (error) callback(unreached(options.who, target, error), null)
        else callback(null, socket)
      })
    }
  }
  // Answers may take as long as a call may: who asks has a timer of its own.
  return new undici.Agent({ connect, headersTimeout: 0, bodyTimeout: 0 })
}

const systemLookup: Lookup = (hostname) => dnsLookup(hostname, { all: true, order: 'verbatim' })

function refusal({ who, rules, literals }: AgentOptions, hostname: string, address: string): HostError | undefined {
  const host = bareHost(hostname)
  const kind = addressKind(address)
  const leads = `${who} is not connected to: \`${host}\`${host === address ? ' is' : ` leads to \`${address}\`,`} a ${kind} address`
  if (isLocalName(host) && kind !== 'loopback') {
    return new HostError('network.refused', `${leads}, and that name stands for this machine`)
  }
  if (kind === 'public' || rules.privateRefusal === undefined || literals.includes(host)) return undefined
  return new HostError(
    'network.refused',
    `${leads}, and ${rules.privateRefusal}; set it to true in each layer that names \`security.network\` if that is meant`,
  )
}

function unreached(who: string, { hostname, port, protocol }: buildConnector.Options, cause: Error): HostError {
  if (cause instanceof HostError) return cause
  const at = `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`
  return new HostError('server.start-failed', `${who} cannot be reached at \`${at}\`: ${reasonOf(cause)}`)
}

function reasonOf(cause: Error): string {
  // One error for each address that was tried.
  const errors: readonly Error[] = cause instanceof AggregateError ? cause.errors : [cause]
  return [...new Set(errors.map(({ message }) => message))].join('; ')
}
