import { compile, explain, type HostLayer, load, type Policy, reachableServers } from '@ecp/policy'
import { type Catalogue, type Context, type Document, executorsOf, type Permission } from '@ecp/protocol'

/** The effective permissions of a Context under a host. */
export interface Explained {
  readonly context: { readonly name: string; readonly version: string }
  readonly executors: readonly string[]
  readonly permissions: readonly Permission[]
  /** Executor -> servers that it could reach and whose tools nobody has seen: of these nothing can be said. Sorted. */
  readonly unpinned: ReadonlyMap<string, readonly string[]>
  readonly policy: Policy
}

/**
 * What each executor of a Context could do with each pinned tool, and with what else it names, before any arguments are known.
 * Conditions are shown as they are written, so that no input has to have a value. Starts nothing.
 */
export function explained(context: Document<Context>, host: readonly HostLayer[], catalogue: Catalogue): Explained {
  const policy = load(compile({ context, host, inputs: {} }), '')
  const executors = executorsOf(context.value).map(({ name }) => name)
  const pinned = new Set(Object.keys(catalogue.tools).map((tool) => tool.slice(0, tool.indexOf(':'))))
  const { name, version } = context.value.metadata
  return {
    context: { name, version },
    executors,
    permissions: explain(policy, catalogue),
    unpinned: new Map(
      executors.map((executor) => [
        executor,
        reachableServers(policy, executor)
          .filter((server) => !pinned.has(server))
          .toSorted(),
      ]),
    ),
    policy,
  }
}
