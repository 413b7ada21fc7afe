import type { Fault } from '../../document/diagnostic.ts'
import type { Path } from '../../document/document.ts'
import { nearest } from '../../document/nearest.ts'
import { quote } from '../../document/quote.ts'
import type { ExecutorNode } from '../executors.ts'
import { duplicates, type Scope } from './scope.ts'

/** That whatever one part of a Context calls by name is there: schemas, outputs, plugins. */
export function* checkReferences(scope: Scope): Iterable<Fault> {
  const { context, executors } = scope
  const schemas = new Set(Object.keys(context.schemas ?? {}))
  const { requires = [], produces } = context.orchestration ?? {}
  for (const [i, name] of requires.entries()) yield* exists('schema', name, schemas, ['orchestration', 'requires', i])
  if (produces !== undefined) yield* exists('schema', produces, schemas, ['orchestration', 'produces'])
  yield* outputs(context.outputs ?? [], ['outputs'], schemas)
  const shown = new Set([
    ...executors.map(({ name }) => name),
    ...executors.flatMap(({ executor }) => (executor.outputs ?? []).map(({ name }) => name)),
  ])
  const providers = providerPlugins(scope)
  for (const node of executors) yield* executorReferences(node, schemas, shown, providers)
}

function* executorReferences(
  { executor, path, name }: ExecutorNode,
  schemas: ReadonlySet<string>,
  shown: ReadonlySet<string>,
  providers: ReadonlySet<string>,
): Iterable<Fault> {
  for (const field of ['inputSchemaRef', 'outputSchemaRef'] as const) {
    const reference = executor[field]
    if (reference !== undefined) yield* schemaExists(reference, schemas, [...path, field])
  }
  yield* outputs(executor.outputs ?? [], [...path, 'outputs'], schemas)
  for (const [i, output] of (executor.ask?.show ?? []).entries()) {
    const known = output === name ? without(shown, name) : shown
    yield* exists('output', output, known, [...path, 'ask', 'show', i])
  }
  const provider = executor.model?.provider
  // A provider that ships with ecp or that the host wired needs no entry; one that must be installed does.
  if (typeof provider === 'object' && provider.type !== undefined && provider.type !== 'builtin') {
    yield* exists('provider plugin', provider.name, providers, [...path, 'model', 'provider', 'name'])
  }
}

function* outputs(
  list: readonly { readonly name: string; readonly fromSchema?: string | undefined }[],
  path: Path,
  schemas: ReadonlySet<string>,
): Iterable<Fault> {
  yield* duplicates(
    'output',
    list.map(({ name }, i) => ({ name, path: [...path, i, 'name'] })),
  )
  for (const [i, { fromSchema }] of list.entries()) {
    if (fromSchema !== undefined) yield* schemaExists(fromSchema, schemas, [...path, i, 'fromSchema'])
  }
}

function schemaExists(reference: string, schemas: ReadonlySet<string>, path: Path): Iterable<Fault> {
  return exists('schema', reference.slice('#/schemas/'.length), schemas, path, '#/schemas/')
}

function* exists(what: string, name: string, names: ReadonlySet<string>, path: Path, prefix = ''): Iterable<Fault> {
  if (names.has(name)) return
  const near = nearest(name, names)
  yield {
    code: 'reference',
    path,
    names: name,
    message: `there is no ${what} ${quote(name)}`,
    expected: [...names].map((known) => prefix + known),
    nearest: near === undefined ? undefined : prefix + near,
  }
}

function without(names: ReadonlySet<string>, name: string): ReadonlySet<string> {
  return names.difference(new Set([name]))
}

function providerPlugins({ context }: Scope): ReadonlySet<string> {
  const { providers = [], entries = [] } = context.plugins ?? {}
  return new Set([...providers, ...entries].filter(({ kind }) => kind === 'provider').map(({ name }) => name))
}
