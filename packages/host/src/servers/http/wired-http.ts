import type { HostLayer } from '@ecp/policy'
import { wiredServer } from '../../config/wired.ts'
import { createGuardedFetch, type GuardedFetch } from '../../network/guarded-fetch.ts'
import { literalHosts, networkRules } from '../../network/network-rules.ts'
import type { BoundSecrets } from '../../secrets/secrets.ts'
import { defaultCallMs, defaultStartMs, licenceOf } from '../wired-servers.ts'
import type { HttpServer } from './http-server.ts'

/** The servers among these names that are reached over streamable HTTP or SSE, with their headers and secrets. */
export function httpServers(
  layers: readonly HostLayer[],
  names: readonly string[],
  { bindingsFor }: { bindingsFor(server: string): Promise<BoundSecrets> },
): ReadonlyMap<string, HttpServer> {
  const servers = new Map<string, HttpServer>()
  for (const name of names) {
    const { wiring } = wiredServer(layers, name) ?? {}
    const { transport } = wiring ?? {}
    if (transport?.type !== 'http' && transport?.type !== 'sse') continue
    servers.set(name, {
      name,
      kind: transport.type,
      url: transport.url,
      headers: async () => ({ ...transport.headers, ...(await bindingsFor(name)).headers }),
      startTimeoutMs: wiring?.startTimeoutMs ?? defaultStartMs,
      callTimeoutMs: wiring?.callTimeoutMs ?? defaultCallMs,
      tools: wiring?.tools ?? {},
      licence: licenceOf(layers, name),
    })
  }
  return servers
}

/** How each of them may be reached: `security.network`, and what the operator wrote down literally. */
export function guardedFetchFor(layers: readonly HostLayer[]): (server: HttpServer) => GuardedFetch {
  const rules = networkRules(layers)
  return ({ name, url }) => {
    const layer = wiredServer(layers, name)?.layer
    return createGuardedFetch({ name, rules, literals: layer ? literalHosts(layers, layer, url) : [] })
  }
}
