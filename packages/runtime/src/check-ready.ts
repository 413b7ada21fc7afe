import type { Host, ModelOverride } from '@ecp/host'
import type { ExecutorNode } from '@ecp/protocol'
import { doesSomething } from './run-executor.ts'

/** That what executors need is there, before anything starts: throws `HostError` for a model or a memory that could not be used. */
export async function checkReady(host: Host, nodes: readonly ExecutorNode[], override?: ModelOverride): Promise<void> {
  for (const node of nodes) {
    if (node.type === 'agent' && doesSomething({ node })) await host.checkModel(node.name, override)
    host.checkMemory(node.name)
  }
}
