import {
  allMemoryTools,
  type MemoryTool,
  memoryToolName,
  memoryTools,
  type Reason,
  readMemoryTarget,
} from '@ecp/protocol'
import { notListed } from '../host/areas.ts'
import { pluginReasons } from '../host/plugins.ts'
import type { ExecutorView, Policy, ToolEntry } from '../policy.ts'
import { reason } from '../reason.ts'

type MemoryKind = (typeof memoryTools)[MemoryTool]

/** Reading and writing memory, target `store` or `store/...`: the store must be allowed, and the executor's policy say so. */
export function memoryReasons(policy: Policy, executor: ExecutorView, kind: MemoryKind, target: string): Reason[] {
  const { store } = readMemoryTarget(target)
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

/**
 * The tools that a memory action is a call of: who names one of them in a deny list or in write controls means it. All of its kind
 * where the target does not say.
 */
export function memoryNames(kind: MemoryKind, target: string): readonly string[] {
  const { store, tool } = readMemoryTarget(target)
  const tools =
    tool === undefined || memoryTools[tool] !== kind
      ? allMemoryTools.filter((one) => memoryTools[one] === kind)
      : [tool]
  return [...tools.map(memoryToolName), `ecp:${kind}/${store}`]
}

/** The entries of deny lists, the executor's and those above it, that fit one of its names. */
export function memoryDenials(executor: ExecutorView, kind: MemoryKind, target: string): readonly ToolEntry[] {
  const names = memoryNames(kind, target)
  return [...new Set(executor.lineage.flatMap(({ deny }) => names.flatMap((name) => deny.find(name, true))))]
}
