import type { Host } from '@ecp/host'
import type { ExecutorNode } from '@ecp/protocol'
import { RuntimeError } from './error.ts'
import { doesSomething } from './run-executor.ts'

/**
 * That what executors need is there, before anything starts: throws `HostError`, or `run.not-ready`, for a model, a memory or an
 * endpoint that could not be used.
 */
export async function checkReady(host: Host, nodes: readonly ExecutorNode[]): Promise<void> {
  for (const node of nodes) {
    if (host.runsElsewhere(node.name)) await host.checkEndpoint(node.name)
    else if (node.type === 'agent' && doesSomething({ node })) await host.checkModel(node.name)
    else if (isNowhere(node, nodes)) {
      throw new RuntimeError(
        'run.not-ready',
        `executor \`${node.name}\` runs elsewhere (\`agentOrchestration\`), and the host wires no \`agents.endpoints\` of its name; wire one, or say in \`model\` or \`instructions\` what it does here`,
      )
    }
    host.checkMemory(node.name)
  }
}

/** An executor that may run elsewhere runs here where the host has no endpoint of its name (context.md), if there is anything to run. */
function isNowhere({ name, type, parent, executor }: ExecutorNode, nodes: readonly ExecutorNode[]): boolean {
  if (!executor.protocols?.agentOrchestration || type !== 'agent' || parent === undefined) return false
  return !nodes.some((node) => node.parent === name)
}
