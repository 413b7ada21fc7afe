import type { Context, ExecutorNode } from '@ecp/protocol'
import { RuntimeError } from './error.ts'

/**
 * Throws `run.unsupported` with everything that a Context asks of a run and this version cannot do: refused by name before
 * anything starts, because a step that is passed over is worse than none. `runsElsewhere`: which executors are agents elsewhere.
 */
export function refuseUnsupported(
  context: Context,
  nodes: readonly ExecutorNode[],
  runsElsewhere: (executor: string) => boolean,
): void {
  const found: string[] = []
  for (const { name, type, executor, parent, strategy } of nodes) {
    const of = (what: string) => found.push(`${what} (executor \`${name}\`)`)
    if (runsElsewhere(name)) {
      // Who delegates is the executor above it, and what is delegated is one agent's work.
      if (parent === undefined) of('an entry point that runs elsewhere')
      else if (type !== 'agent') of(`an executor of type ${type} that runs elsewhere`)
      else if (nodes.some((node) => node.parent === name)) of('an orchestrator that runs elsewhere')
      if (executor.memory) of('a memory for an agent elsewhere')
    } else if (type === 'tool' && !executor.tool && !onlyRunsOthers(parent, strategy, nodes)) of('executor plugins')
  }
  const outputs = [...(context.outputs ?? []), ...nodes.flatMap(({ executor }) => executor.outputs ?? [])]
  for (const { name, destination, actionMapping } of outputs) {
    if ((destination ?? actionMapping) !== undefined) found.push(`sending an output somewhere (\`${name}\`)`)
  }
  if (found.length === 0) return
  throw new RuntimeError(
    'run.unsupported',
    `this version of ecp cannot run this Context: ${found.join('; ')} will come with a later one`,
  )
}

/** An entry point without anything of its own to do may stand above children that these strategies run without it. */
function onlyRunsOthers(
  parent: string | undefined,
  strategy: ExecutorNode['strategy'],
  nodes: readonly ExecutorNode[],
): boolean {
  return parent === undefined && nodes.length > 1 && (strategy === 'sequential' || strategy === 'swarm')
}
