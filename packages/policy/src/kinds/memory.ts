import type { Reason } from '@ecp/protocol'
import { notListed } from '../host/areas.ts'
import { pluginReasons } from '../host/plugins.ts'
import type { ExecutorView, Policy } from '../policy.ts'
import { reason } from '../reason.ts'

/** Reading and writing memory, target `store` or `store/...`: the store must be allowed, and the executor's policy say so. */
export function memoryReasons(
  policy: Policy,
  executor: ExecutorView,
  kind: 'memory.read' | 'memory.write',
  target: string,
): Reason[] {
  const slash = target.indexOf('/')
  const store = slash < 0 ? target : target.slice(0, slash)
  const key = kind === 'memory.read' ? 'allowRead' : 'allowWrite'
  const verb = kind === 'memory.read' ? 'read' : 'write'
  const of = `executor \`${executor.data.name}\``
  const at = executor.policies.at('memoryAccess', key)
  return [
    ...notListed(policy, 'memory', 'allowStores', store, 'host.store-not-allowed'),
    ...pluginReasons(policy, 'memory', store),
    executor.policies.value.memoryAccess?.[key] === true
      ? reason('context.memory-allowed', 'context', `${of} may ${verb} memory`, at)
      : reason('context.memory-not-allowed', 'context', `${of} may not ${verb} memory`, at),
  ]
}
