import { glob } from '@ecp/protocol'
import { serverReasons } from './host/servers.ts'
import type { Policy } from './policy.ts'

/**
 * The servers that an executor could call some tool of: wired, allowed by the host, and named by an allow entry (or open
 * to a default). Only these are started for it. Sorted; empty for an unknown executor.
 */
export function reachableServers(policy: Policy, executor: string): string[] {
  const view = policy.executors.get(executor)
  if (view === undefined) return []
  const { toolAccess } = view.policies.value
  const sides = (toolAccess?.allow ?? []).map((rule) => {
    const pattern = typeof rule === 'string' ? rule : rule.tool
    return glob(pattern.slice(0, pattern.indexOf(':')))
  })
  if (toolAccess?.default === 'allow') sides.push(() => true)
  return [...policy.servers.keys()]
    .filter((server) => sides.some((fits) => fits(server)) && serverReasons(policy, server).length === 0)
    .sort()
}
