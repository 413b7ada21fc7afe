import type { Reason } from '@ecp/protocol'
import { notListed } from '../host/areas.ts'
import type { ExecutorView, Policy } from '../policy.ts'
import { reason } from '../reason.ts'

/**
 * A delegation, target the executor that is to work. Its parent in the tree may delegate to it, and nobody else; where the
 * host has an endpoint of its name for an `a2a` executor, `security.agents` must allow that endpoint.
 */
export function delegateReasons(policy: Policy, executor: ExecutorView, target: string): Reason[] {
  const child = policy.executors.get(target)
  const from = executor.data.name
  if (child === undefined || child.data.parent !== from || child === executor) {
    const message = `\`${target}\` is not a child of executor \`${from}\``
    return [reason('context.delegate-not-allowed', 'context', message, executor.policies.at())]
  }
  const at = child.policies.at()
  const allowed = reason('context.delegate-allowed', 'context', `\`${target}\` is a child of executor \`${from}\``, at)
  const endpoint = child.data.remote ? policy.endpoints.get(target) : undefined
  if (endpoint === undefined) return [allowed]
  const against = notListed(policy, 'agents', 'allowEndpoints', target, 'host.endpoint-not-allowed')
  const message = `\`${target}\` runs at an endpoint that the host allows`
  return against.length > 0
    ? [allowed, ...against]
    : [allowed, reason('host.endpoint-allowed', endpoint.layer, message, endpoint.at)]
}
