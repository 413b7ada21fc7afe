import type { Code, Reason, Security } from '@ecp/protocol'
import { type HostView, outermost, type Policy } from '../policy.ts'
import { reason } from '../reason.ts'

type Area = 'models' | 'tools' | 'agents' | 'executors' | 'memory' | 'loggers' | 'secrets'

/** The layers that name an area of `security`: the only ones that constrain it. */
export function naming<A extends keyof Security>(policy: Policy, area: A): readonly HostView[] {
  return policy.host.filter((host) => host.value[area] !== undefined)
}

/**
 * Why a name is not allowed by one allow-list: it must stand in that of every layer that names the area; a missing list
 * holds nothing, and where no layer names the area nothing is allowed (host.md).
 */
export function notListed(
  policy: Policy,
  area: Area,
  list: string,
  name: string,
  code: Code,
  layers: readonly HostView[] = naming(policy, area),
): Reason[] {
  if (layers.length === 0)
    return [reason(code, outermost(policy), `no layer's \`security.${area}\` allows \`${name}\``)]
  const reasons: Reason[] = []
  for (const host of layers) {
    // reason: the caller names a list of names of that area; anything else has no `includes` and allows nothing
    const names = (host.value[area] as Record<string, unknown> | undefined)?.[list]
    if (Array.isArray(names) && names.includes(name)) continue
    const message = `\`${name}\` is not in \`security.${area}.${list}\``
    reasons.push(reason(code, host.layer, message, host.at(area, list)))
  }
  return reasons
}
