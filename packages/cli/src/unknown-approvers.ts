import { approversOf, type LoadedConfig } from '@ecp/host'
import {
  type Context,
  type Diagnostic,
  type Document,
  diagnostic,
  type Executor,
  executorsOf,
  nearest,
  type Path,
} from '@ecp/protocol'

/**
 * Where a Context names approvers that no layer of the host configures: what waits for them alone waits in vain. Warnings, because
 * nothing is let through for it. What the layers themselves name is judged when they are read.
 */
export function unknownApprovers(document: Document<Context>, layers: LoadedConfig['layers']): readonly Diagnostic[] {
  const approvers = approversOf(layers)
  const known = new Set([...approvers.values()].flatMap(({ name, groups }) => [name, ...groups]))
  return executorsOf(document.value).flatMap(({ executor, path }) =>
    namedIn(executor).flatMap(({ name, place }): Diagnostic[] => {
      if (known.has(name)) return []
      const at = [...path, ...place]
      const message = `no layer's \`security.approvers\` has an approver or group \`${name}\`: nobody could answer for it`
      const expected = [...known].toSorted()
      return [
        diagnostic(document, {
          code: 'reference',
          severity: 'warning',
          path: at,
          message,
          expected,
          nearest: nearest(name, known),
        }),
      ]
    }),
  )
}

/** Whom an executor names: for its writes, and for what it asks a person. */
function namedIn({ policies, ask }: Executor): readonly { readonly name: string; readonly place: Path }[] {
  const approvers = policies?.writeControls?.approval?.approvers ?? []
  const forWrites = approvers.map((name, index) => ({
    name,
    place: ['policies', 'writeControls', 'approval', 'approvers', index],
  }))
  return ask?.assignee === undefined ? forWrites : [...forWrites, { name: ask.assignee, place: ['ask', 'assignee'] }]
}
