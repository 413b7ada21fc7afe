import { isIP } from 'node:net'
import type { HostLayer } from '@ecp/policy'
import { place } from '@ecp/protocol'
import { bareHost, isLocalName } from './address.ts'

/** What `security.network` of all layers comes to (host.md): each layer that says something must agree. */
export interface NetworkRules {
  /** The layers that list domains, with where: a host must fit each of these lists. */
  readonly domains: readonly { readonly patterns: readonly string[]; readonly place: string }[]
  /** Why addresses that are not public may not be reached, with the place; undefined where they may. */
  readonly privateRefusal: string | undefined
}

/** The rules that these layers make. An area that no layer names lets public addresses through, and no others. */
export function networkRules(layers: readonly HostLayer[]): NetworkRules {
  const naming = layers.filter(({ document }) => document.value.security?.network)
  const domains = naming.flatMap(({ document }) => {
    const patterns = document.value.security?.network?.allowDomains
    return patterns ? [{ patterns, place: place(document.at(['security', 'network', 'allowDomains'])) }] : []
  })
  const against = naming.find(({ document }) => document.value.security?.network?.allowPrivateAddresses !== true)
  return { domains, privateRefusal: naming.length > 0 && !against ? undefined : refusalOf(against) }
}

function refusalOf(against: HostLayer | undefined): string {
  if (!against) return 'no layer sets `security.network.allowPrivateAddresses`'
  const { document } = against
  const said = document.value.security?.network?.allowPrivateAddresses !== undefined
  return said
    ? `\`security.network.allowPrivateAddresses\` (${place(document.at(['security', 'network', 'allowPrivateAddresses']))}) is false`
    : `\`security.network\` (${place(document.keyAt(['security', 'network']))}) does not set \`allowPrivateAddresses\``
}

/**
 * The host of a wired URL, if whoever wired it wrote down an address or `localhost` and so meant it, whatever kind of address
 * it is. A layer further out that says `allowPrivateAddresses: false` stands above that.
 */
export function literalHosts(layers: readonly HostLayer[], wiredBy: HostLayer, url: string): readonly string[] {
  const host = bareHost(new URL(url).hostname)
  if (isIP(host) === 0 && !isLocalName(host)) return []
  const outer = layers.slice(0, Math.max(0, layers.indexOf(wiredBy)))
  const refused = outer.some(({ document }) => document.value.security?.network?.allowPrivateAddresses === false)
  return refused ? [] : [host]
}

/** Whether a host is one of these domains, or below one that is written `*.domain`. */
export function fitsDomain(host: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const domain = pattern.toLowerCase()
    return domain.startsWith('*.') ? host.endsWith(domain.slice(1)) && host.length >= domain.length : host === domain
  })
}
