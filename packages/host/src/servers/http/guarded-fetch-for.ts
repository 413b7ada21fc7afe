import type { HostLayer } from '@ecp/policy'
import { wiredServer } from '../../config/wired.ts'
import { createGuardedFetch, type GuardedFetch } from '../../network/guarded-fetch.ts'
import { literalHosts, networkRules } from '../../network/network-rules.ts'

/** How each wired server may be reached: `security.network`, and what the operator wrote down literally. */
export function guardedFetchFor(
  layers: readonly HostLayer[],
): (server: { readonly name: string; readonly url: string }) => GuardedFetch {
  const rules = networkRules(layers)
  return ({ name, url }) => {
    const layer = wiredServer(layers, name)?.layer
    return createGuardedFetch({ name, rules, literals: layer ? literalHosts(layers, layer, url) : [] })
  }
}
