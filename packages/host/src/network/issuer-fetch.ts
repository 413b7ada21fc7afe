import type { HostLayer } from '@ecp/policy'
import { HostError } from '../error.ts'
import { createGuardedFetch, type GuardedFetch } from './guarded-fetch.ts'
import { literalHosts, networkRules } from './network-rules.ts'

/**
 * How the keys of a wired issuer (`gateway.issuers`) are fetched: within `security.network` of all layers. Addresses that its
 * wiring writes down literally are meant; one that only its metadata names is not. Throws `host.refused` for what is not wired.
 */
export function openIssuerFetch(layers: readonly HostLayer[], name: string): GuardedFetch {
  for (const layer of layers) {
    const issuers = layer.document.value.gateway?.issuers
    const wiring = issuers && Object.hasOwn(issuers, name) ? issuers[name] : undefined
    if (!wiring) continue
    const urls = [wiring.issuer, ...(wiring.jwksUri === undefined ? [] : [wiring.jwksUri])]
    const literals = urls.flatMap((url) => literalHosts(layers, layer, url))
    return createGuardedFetch({ kind: 'issuer', name, rules: networkRules(layers), literals })
  }
  throw new HostError('host.refused', `issuer \`${name}\` is not wired in \`gateway.issuers\``)
}
