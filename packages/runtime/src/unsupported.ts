import type { Context, ExecutorNode } from '@ecp/protocol'
import { RuntimeError } from './error.ts'

/**
 * Throws `run.unsupported` with everything that a Context asks of a run and this version cannot do: refused by name before
 * anything starts, because a step that is passed over is worse than none.
 */
export function refuseUnsupported(context: Context, nodes: readonly ExecutorNode[]): void {
  const found: string[] = []
  for (const { name, type, executor, parent } of nodes) {
    const of = (what: string) => found.push(`${what} (executor \`${name}\`)`)
    if (executor.protocols?.agentOrchestration) of('running elsewhere over A2A')
    else if (type === 'tool' && !executor.tool && parent !== undefined) of('executor plugins')
    if (executor.inputSchema ?? executor.inputSchemaRef) of('checking an input against a schema')
  }
  for (const { name, destination, actionMapping } of context.outputs ?? []) {
    if ((destination ?? actionMapping) !== undefined) found.push(`sending an output somewhere (\`${name}\`)`)
  }
  if (found.length === 0) return
  throw new RuntimeError(
    'run.unsupported',
    `this version of ecp cannot run this Context: ${found.join('; ')} will come with a later one`,
  )
}
