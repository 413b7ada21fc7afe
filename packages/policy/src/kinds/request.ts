import type { Reason } from '@ecp/protocol'
import { naming, notListed } from '../host/areas.ts'
import { serverReasons } from '../host/servers.ts'
import type { Policy } from '../policy.ts'
import { reason } from '../reason.ts'

/** A server's request to the client (sampling, elicitation), target the server: every layer that names `tools` must list it. */
export function requestReasons(
  policy: Policy,
  kind: 'sampling.create' | 'elicitation.create',
  server: string,
): Reason[] {
  const list = kind === 'sampling.create' ? 'allowSampling' : 'allowElicitation'
  const reasons = [
    ...serverReasons(policy, server),
    ...notListed(policy, 'tools', list, server, 'host.request-not-allowed'),
  ]
  if (reasons.length > 0) return reasons
  const host = naming(policy, 'tools').at(-1)
  const message = `\`${server}\` is in \`security.tools.${list}\``
  return [reason('host.request-allowed', host?.layer ?? 'machine', message, host?.at('tools', list))]
}
