import type { Fault } from '../../document/diagnostic.ts'
import type { Context } from '../context.ts'
import { type ExecutorNode, executorsOf } from '../executors.ts'

/** What the checks of a Context look at; read once. */
export interface Scope {
  readonly context: Context
  readonly executors: readonly ExecutorNode[]
  /** Names of all executors, and of the inputs that the Context declares. */
  readonly names: ReadonlySet<string>
  readonly inputs: ReadonlySet<string>
}

/** One concern of a Context that its schema cannot express. */
export type Check = (scope: Scope) => Iterable<Fault>

export function scopeOf(context: Context): Scope {
  const executors = executorsOf(context)
  const names = new Set(executors.map(({ name }) => name))
  return { context, executors, names, inputs: new Set(Object.keys(context.inputs ?? {})) }
}

/** The inputs that an executor sees: its own declaration if it has one, otherwise all. */
export function visibleInputs(scope: Scope, { executor }: ExecutorNode): ReadonlySet<string> {
  return executor.inputs ? new Set(Object.keys(executor.inputs)) : scope.inputs
}

/** The faults of items whose name stood before, each at the second place. */
export function* duplicates(
  what: string,
  items: Iterable<{ readonly name: string; readonly path: Fault['path'] }>,
): Iterable<Fault> {
  const seen = new Set<string>()
  for (const { name, path } of items) {
    if (seen.has(name)) yield { code: 'duplicate', path, message: `${what} \`${name}\` stands twice` }
    seen.add(name)
  }
}
