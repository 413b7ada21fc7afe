import type { Fault } from '../../document/diagnostic.ts'
import type { Path } from '../../document/document.ts'
import { hostOnlyMessage, namesHostOnly } from './host-only.ts'
import { duplicates, type Scope } from './scope.ts'

const lists = ['providers', 'executors', 'entries'] as const

/** That plugins are named once, stand in the list of their kind, and say nothing that is the host's to say. */
export function* checkPlugins({ context }: Scope): Iterable<Fault> {
  const { plugins } = context
  if (!plugins) return
  const entries = lists.flatMap((list) =>
    (plugins[list] ?? []).map((entry, i) => ({ ...entry, list, path: ['plugins', list, i] })),
  )
  yield* duplicates(
    'plugin',
    entries.map(({ name, path }) => ({ name, path: [...path, 'name'] })),
  )
  for (const { kind, list, path } of entries) {
    const wanted = list === 'providers' ? 'provider' : list === 'executors' ? 'executor' : kind
    if (kind === wanted) continue
    const message = `a plugin of kind \`${kind}\` does not belong in \`${list}\``
    yield { code: 'wrong-value', path: [...path, 'kind'], message, expected: [wanted] }
  }
  yield* hostOnly(plugins.config, ['plugins', 'config'])
}

function* hostOnly(value: unknown, path: Path): Iterable<Fault> {
  if (typeof value !== 'object' || value === null) return
  const list = Array.isArray(value)
  for (const [key, item] of Object.entries(value)) {
    const at = [...path, list ? Number(key) : key]
    if (!list && namesHostOnly(key)) {
      yield { code: 'unknown-key', path: at, on: 'key', message: hostOnlyMessage(key) }
    } else yield* hostOnly(item, at)
  }
}
