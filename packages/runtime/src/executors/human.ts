import { isJsonObject, type Json, type JsonObject } from '@ecp/protocol'
import type { Values } from '../data/expressions.ts'
import type { OutputSchema } from '../data/output.ts'
import { withoutMarkersIn } from '../data/shown.ts'
import { RuntimeError } from '../error.ts'
import { failureOf, perform } from '../perform.ts'
import type { Assignment, Running } from '../running.ts'

/**
 * A question to a person, with the outputs that they have to see. Gives their answer, which fits the executor's output schema.
 * Throws `run.waiting` where nobody has answered yet, and `run.denied` where a person said no.
 */
export async function runHuman(
  running: Running,
  { node, path, task }: Assignment,
  values: Values,
  output: OutputSchema | undefined,
): Promise<Json> {
  const { ask } = node.executor
  if (!ask) {
    const message = `executor \`${node.name}\` is of type human and asks nothing: it needs \`ask: { title: ... }\``
    throw new RuntimeError('run.unsupported', message)
  }
  const show = shown(running, node.name, ask.show ?? [], values)
  const question: JsonObject = {
    title: ask.title,
    ...(task === undefined ? {} : { task: withoutMarkersIn(task) }),
    ...(show ? { show } : {}),
    ...(output ? { answer: output.schema } : {}),
  }
  const answer = await perform(running, {
    step: 'question',
    request: {
      kind: 'human.ask',
      target: node.name,
      arguments: question,
      executor: node.name,
      origin: 'engine',
      key: `${path}/ask`,
    },
  })
  const { result } = answer
  if (!isJsonObject(result) || result.answer === undefined) throw failureOf(answer, node.name, 'run.tool-failed')
  const fault = output?.check(result.answer)
  if (fault === undefined) return result.answer
  throw new RuntimeError('run.output-wrong', `executor \`${node.name}\`: its answer does not fit: ${fault}`)
}

/** The outputs that a person is shown, by executor. One of an optional executor that gave none is left out. */
function shown(
  { nodes }: Running,
  executor: string,
  names: readonly string[],
  { outputs }: Values,
): JsonObject | undefined {
  const found = names.flatMap((name): [string, Json][] => {
    const output = outputs.get(name)
    if (output !== undefined) return [[name, withoutMarkersIn(output)]]
    if (nodes.find((node) => node.name === name)?.executor.optional) return []
    throw new RuntimeError(
      'run.requirement-missing',
      `executor \`${executor}\` shows the output of \`${name}\`, and there is none yet: \`${name}\` has to run before it`,
    )
  })
  return found.length > 0 ? Object.fromEntries(found) : undefined
}
