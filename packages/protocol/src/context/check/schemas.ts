import type { Fault } from '../../document/diagnostic.ts'
import type { Path } from '../../document/document.ts'
import { schemaProblems } from '../../json-schema/problems.ts'
import type { Scope } from './scope.ts'

/** That every JSON Schema of a Context can be evaluated, in bounded time. */
export function* checkSchemas({ context, executors }: Scope): Iterable<Fault> {
  for (const [name, schema] of Object.entries(context.schemas ?? {})) yield* check(schema, ['schemas', name])
  yield* outputs(context.outputs, ['outputs'])
  for (const { executor, path } of executors) {
    yield* check(executor.inputSchema, [...path, 'inputSchema'])
    yield* check(executor.outputSchema, [...path, 'outputSchema'])
    yield* outputs(executor.outputs, [...path, 'outputs'])
  }
}

function* outputs(list: readonly { readonly schema?: unknown }[] | undefined, path: Path): Iterable<Fault> {
  for (const [i, { schema }] of (list ?? []).entries()) yield* check(schema, [...path, i, 'schema'])
}

function* check(schema: unknown, path: Path): Iterable<Fault> {
  if (schema === undefined) return
  for (const problem of schemaProblems(schema)) yield { ...problem, path: [...path, ...problem.path] }
}
