import type { Fault } from '../../document/diagnostic.ts'
import type { Path } from '../../document/document.ts'
import { schemaProblems } from '../../json-schema/problems.ts'
import type { ServerWiring } from '../wiring.ts'

/**
 * That tools are defined in the wiring only where nobody can be asked what they are, and with schemas that can be
 * evaluated in bounded time.
 */
export function* checkDefinitions({ transport, tools }: ServerWiring, path: Path): Iterable<Fault> {
  for (const [name, tool] of Object.entries(tools ?? {})) {
    if (transport.type !== 'external') {
      for (const key of ['description', 'inputSchema'] as const) {
        if (tool[key] === undefined) continue
        const message = `\`${key}\` is for tools of external servers: a server of type \`${transport.type}\` says it itself`
        yield { code: 'wrong-value', path: [...path, name, key], on: 'key', message }
      }
    } else if (tool.inputSchema !== undefined) {
      for (const problem of schemaProblems(tool.inputSchema))
        yield { ...problem, path: [...path, name, 'inputSchema', ...problem.path] }
    }
  }
}
