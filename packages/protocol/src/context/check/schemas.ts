import type { Fault } from '../../document/diagnostic.ts'
import type { Path } from '../../document/document.ts'
import type { JsonObject } from '../../json.ts'
import { schemaProblems } from '../../json-schema/problems.ts'
import { standalone } from '../../json-schema/standalone.ts'
import type { Scope } from './scope.ts'

/** That every JSON Schema of a Context can be evaluated, in bounded time, with what it refers to among the Context's own. */
export function* checkSchemas({ context, executors }: Scope): Iterable<Fault> {
  const { schemas = {} } = context
  const check = (schema: unknown, path: Path) => checked(schema, path, schemas)
  const outputs = (list: readonly { readonly schema?: unknown }[] = [], path: Path) =>
    list.flatMap(({ schema }, i) => [...check(schema, [...path, i, 'schema'])])
  for (const [name, schema] of Object.entries(schemas)) yield* check(schema, ['schemas', name])
  yield* outputs(context.outputs, ['outputs'])
  for (const { executor, path } of executors) {
    yield* check(executor.inputSchema, [...path, 'inputSchema'])
    yield* check(executor.outputSchema, [...path, 'outputSchema'])
    yield* outputs(executor.outputs, [...path, 'outputs'])
  }
}

function* checked(schema: unknown, path: Path, schemas: Readonly<Record<string, unknown>>): Iterable<Fault> {
  if (schema === undefined) return
  // Faults of what it refers to are found where that stands.
  const own = new Set(Object.keys(Object((schema as JsonObject).$defs))) // reason: the shape of the document has been checked
  for (const problem of schemaProblems(standalone(schema as JsonObject, schemas))) {
    const [first, name] = problem.path
    if (first === '$defs' && typeof name === 'string' && !own.has(name) && problem.code !== 'bound') continue
    const { expected } = problem
    const among =
      expected && problem.code === 'reference'
        ? [...expected, 'one among the schemas of the Context such as #/schemas/Name']
        : expected
    yield { ...problem, ...(among ? { expected: among } : {}), path: [...path, ...problem.path] }
  }
}
