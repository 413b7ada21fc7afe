import { type ExecutorNode, isJsonObject, type Json, type JsonObject } from '@ecp/protocol'
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
  const show = shownOutputs(running, node, values)
  const question: JsonObject = {
    title: ask.title,
    ...(task === undefined ? {} : { task: withoutMarkersIn(task) }),
    ...(show ? { show } : {}),
    ...(output ? { answer: output.schema } : {}),
  }
  const answer = await askedPerson(running, node, { question, key: `${path}/ask` })
  const fault = output?.check(answer)
  if (fault === undefined) return answer
  throw new RuntimeError('run.output-wrong', `executor \`${node.name}\`: its answer does not fit: ${fault}`)
}

/** The answer of a person to a question that an executor asks. Throws `run.waiting` and `run.denied` as {@link runHuman} does. */
export async function askedPerson(
  running: Running,
  { name }: Pick<ExecutorNode, 'name'>,
  { question, key }: { readonly question: JsonObject; readonly key: string },
): Promise<Json> {
  const answer = await perform(running, {
    step: 'question',
    request: { kind: 'human.ask', target: name, arguments: question, executor: name, origin: 'engine', key },
  })
  const { result } = answer
  if (isJsonObject(result) && result.answer !== undefined) return result.answer
  throw failureOf(answer, name, 'run.tool-failed')
}

/** The outputs that a person is shown, by executor. One of an optional executor that gave none is left out. */
export function shownOutputs(
  { nodes }: Running,
  { name: asking, executor: { ask } }: ExecutorNode,
  { outputs }: Values,
): JsonObject | undefined {
  const found = (ask?.show ?? []).flatMap((name): [string, Json][] => {
    const output = outputs.get(name)
    if (output !== undefined) return [[name, withoutMarkersIn(output)]]
    if (nodes.find((node) => node.name === name)?.executor.optional) return []
    throw new RuntimeError(
      'run.requirement-missing',
      `executor \`${asking}\` shows the output of \`${name}\`, and there is none yet: \`${name}\` has to run before it`,
    )
  })
  return found.length > 0 ? Object.fromEntries(found) : undefined
}
