import { glob } from '@ecp/protocol'
import { naming } from './host/areas.ts'
import { serverReasons } from './host/servers.ts'
import type { Policy } from './policy.ts'

/**
 * The servers that an executor could call some tool or read something of: wired, allowed by the host, and named by an
 * entry of `toolAccess` or `resourceAccess` (or open to a default that the host lets count). Only these are started for it. One that is bound to a secret provider which is
 * not allowed is among them: its calls are denied, and whoever starts it is to stop there and say so (host.md, Secrets).
 * Sorted; empty for an unknown executor.
 */
export function reachableServers(policy: Policy, executor: string): string[] {
  const view = policy.executors.get(executor)
  if (view === undefined) return []
  const { toolAccess, resourceAccess } = view.policies.value
  const tools = (toolAccess?.allow ?? []).map((rule) => (typeof rule === 'string' ? rule : rule.tool))
  const patterns = [...tools, ...(resourceAccess?.allow ?? []), ...(resourceAccess?.prompts ?? [])]
  const sides = patterns.map((pattern) => glob(pattern.slice(0, Math.max(pattern.indexOf(':'), 0))))
  const mayDefault = naming(policy, 'tools').every((host) => host.value.tools?.allowContextDefault === true)
  if (toolAccess?.default === 'allow' && mayDefault) sides.push(() => true)
  const isOpen = (server: string) =>
    serverReasons(policy, server).every(({ code }) => code === 'host.secret-provider-not-allowed')
  return [...policy.servers.keys()].filter((server) => sides.some((fits) => fits(server)) && isOpen(server)).sort()
}
