import type { Path } from '../document/document.ts'
import { ProtocolError } from '../error.ts'
import type { Context } from './context.ts'
import type { Executor, Orchestrator, Strategy } from './executor.ts'

/** One executor of a Context, as policy, CLI and runtime read it. */
export interface ExecutorNode {
  readonly name: string
  readonly type: Executor['type']
  /** Where it stands in the document. */
  readonly path: Path
  /** The executor that runs it; missing for the entry point. */
  readonly parent?: string
  /** How it runs its children, when it is an orchestrator or the entry point. */
  readonly strategy?: Strategy
  readonly executor: Executor
}

/**
 * Every executor of a Context, the entry point first, then in the order of the document. In the tree form the parent is
 * the orchestrator above; executors of the flat form are children of the entry point, also when both forms stand.
 */
export function executorsOf(context: Context): ExecutorNode[] {
  const nodes: ExecutorNode[] = []
  const { orchestrator, orchestration, executors = [] } = context
  if (orchestrator)
    walk(orchestrator, ['orchestrator'], undefined, orchestration?.strategy ?? orchestrator.strategy, nodes)
  const entry = orchestrator?.name ?? orchestration?.entrypoint
  let entrySeen = orchestrator !== undefined
  executors.forEach((executor, i) => {
    const path: Path = ['executors', i]
    if (!entrySeen && executor.name === entry && orchestration) {
      entrySeen = true
      nodes.unshift(node(executor, path, undefined, orchestration.strategy))
    } else nodes.push(node(executor, path, entry, undefined))
  })
  return nodes
}

/** The executor that a run starts with. A Context that was read has one; throws `context.no-entry-point` for others. */
export function entryPoint(context: Context): ExecutorNode {
  const entry = executorsOf(context).find((candidate) => candidate.parent === undefined)
  if (!entry)
    throw new ProtocolError('context.no-entry-point', `context \`${context.metadata.name}\` has no entry point`)
  return entry
}

function walk(
  own: Orchestrator,
  path: Path,
  parent: string | undefined,
  strategy: Strategy,
  nodes: ExecutorNode[],
): void {
  nodes.push(node(own, path, parent, strategy))
  own.executors?.forEach((child, i) => {
    nodes.push(node(child, [...path, 'executors', i], own.name, undefined))
  })
  own.orchestrators?.forEach((child, i) => {
    walk(child, [...path, 'orchestrators', i], own.name, child.strategy, nodes)
  })
}

function node(
  executor: Executor,
  path: Path,
  parent: string | undefined,
  strategy: Strategy | undefined,
): ExecutorNode {
  return {
    name: executor.name,
    type: executor.type,
    path,
    ...(parent === undefined ? {} : { parent }),
    ...(strategy === undefined ? {} : { strategy }),
    executor,
  }
}
