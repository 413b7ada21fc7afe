import type { Json, JsonObject } from '@ecp/protocol'
import type { Mounted } from '../data/mounts.ts'
import type { OutputSchema } from '../data/output.ts'
import { asData, asText, dataNote } from '../data/shown.ts'
import type { Assignment } from '../running.ts'

export interface PromptParts {
  readonly assignment: Assignment
  readonly inputs: JsonObject
  readonly mounted: readonly Mounted[]
  readonly output?: OutputSchema
}

/** The system message: what the Context says, and what the model has to know of where it is. */
export function instructionsOf({ assignment, mounted, output }: PromptParts): string {
  const { node, delegates, given } = assignment
  const parts = [node.executor.instructions ?? `You are \`${node.name}\`. ${node.executor.description ?? ''}`.trim()]
  if (mounted.length > 0 || given.size > 0) parts.push(dataNote)
  if (delegates) {
    const whom = delegates.map(
      ({ name, executor }) => `- ${name}${executor.description ? `: ${executor.description}` : ''}`,
    )
    parts.push(
      `You hand work to others. Answer with one JSON object that holds a list \`delegate\`, in the order in which it is to be done, each with \`executor\` and \`task\` (and \`hints\`, any JSON, if they help): {"delegate": [{"executor": "...", "task": "..."}]}. They are:\n${whom.join('\n')}`,
    )
  }
  if (output)
    parts.push(`Answer with one JSON value of this JSON Schema and nothing else:\n${JSON.stringify(output.schema)}`)
  return parts.join('\n\n')
}

/** The first message: the task, the inputs, what others found, and the data that was mounted. */
export function messageOf({ assignment, inputs, mounted }: PromptParts): string {
  const { task, hints, given, merges } = assignment
  const parts: string[] = []
  if (task !== undefined) parts.push(`Task: ${asText(task)}`)
  if (hints !== undefined) parts.push(`Hints: ${asText(hints)}`)
  if (Object.keys(inputs).length > 0) parts.push(`Inputs:\n${asText(inputs)}`)
  if (merges) parts.push('`__prior_outputs`:')
  for (const [executor, output] of given) parts.push(asData(`output of ${executor}`, executor, asText(output as Json)))
  for (const { name, title, source, items } of mounted) {
    if (items.length === 0) parts.push(`There is nothing in \`${name}\`.`)
    for (const item of items) parts.push(asData(title ?? name, source, item))
  }
  return parts.length > 0 ? parts.join('\n\n') : 'Begin.'
}
