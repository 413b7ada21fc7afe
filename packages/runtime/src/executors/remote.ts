import { isJsonObject, type Json } from '@ecp/protocol'
import { jsonIn, type OutputSchema } from '../data/output.ts'
import { withoutMarkers } from '../data/shown.ts'
import { RuntimeError } from '../error.ts'
import { failureOf, perform } from '../perform.ts'
import type { Assignment, Running } from '../running.ts'

/** What an agent elsewhere is asked. */
export interface RemoteTask {
  readonly text: string
  readonly output?: OutputSchema
}

/**
 * Lets an agent elsewhere do the work of an executor, in the name of the one above it. Gives its answer: JSON where a schema asks for
 * it, else its text. What it says is data like any other. Throws `RuntimeError`.
 */
export async function runRemote(running: Running, assignment: Assignment, task: RemoteTask): Promise<Json> {
  const { node, path } = assignment
  const { text, output } = task
  if (node.parent === undefined)
    throw new RuntimeError('run.unsupported', `executor \`${node.name}\` has nobody above it that could delegate to it`)
  const answer = await perform(running, {
    step: 'agent',
    request: {
      kind: 'agent.delegate',
      target: node.name,
      arguments: { text },
      executor: node.parent,
      origin: 'engine',
      key: `${path}/delegate`,
    },
  })
  const parts = answer.result?.parts
  if (!Array.isArray(parts)) {
    if (answer.outcome.status !== 'completed') throw failureOf(answer, node.name, 'run.agent-failed')
    throw new RuntimeError(
      'run.agent-failed',
      `executor \`${node.name}\`: the agent has done it, and what it answered is not known`,
    )
  }
  const { data, said } = read(parts)
  if (data.length === 0 && said.trim() === '')
    throw new RuntimeError('run.output-missing', `executor \`${node.name}\`: the agent answered with nothing`)
  if (!output) return said.trim() === '' ? (data.length === 1 ? (data[0] ?? null) : data) : said
  const value = data.length === 1 ? data[0] : jsonIn(said)
  const fault = value === undefined ? 'it is no JSON' : output.check(value)
  if (value !== undefined && fault === undefined) return value
  throw new RuntimeError('run.output-wrong', `executor \`${node.name}\`: its output does not fit: ${fault}`)
}

/** The data and the text of an answer (A2A parts); of a file its name alone. */
function read(parts: readonly Json[]): { readonly data: readonly Json[]; readonly said: string } {
  const data: Json[] = []
  const texts: string[] = []
  for (const part of parts) {
    if (!isJsonObject(part)) continue
    if (part.kind === 'data') data.push(part.data ?? null)
    else if (part.kind === 'text') texts.push(String(part.text))
    else texts.push(`[a file that was not fetched: ${String(part.name)}]`)
  }
  return { data, said: withoutMarkers(texts.join('\n')) }
}
