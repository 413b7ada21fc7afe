import type { Answer } from '@ecp/host'
import { isJsonObject, type Json, type JsonObject } from '@ecp/protocol'
import type { Values } from '../data/expressions.ts'
import { jsonIn, type OutputSchema } from '../data/output.ts'
import { asText, withoutMarkers } from '../data/shown.ts'
import { RuntimeError } from '../error.ts'
import { pauseOf } from '../pause-of.ts'
import { failureOf, perform } from '../perform.ts'
import type { Assignment, Running } from '../running.ts'
import { askedPerson, shownOutputs } from './human.ts'

/** What an agent elsewhere is asked. */
export interface RemoteTask {
  readonly text: string
  readonly output?: OutputSchema
  /** What a person is shown beside a question of the agent. */
  readonly values: Values
}

/** How often an agent may ask in one task: one that asks more often is not getting on with it. */
export const maxQuestions = 5

/**
 * Lets an agent elsewhere do the work of an executor, in the name of the one above it. Gives its answer: JSON where a schema asks for
 * it, else its text. What it says is data like any other. What it asks goes to a person where the executor has `ask`, and their answer
 * back into the same task. Throws `RuntimeError`.
 */
export async function runRemote(running: Running, assignment: Assignment, task: RemoteTask): Promise<Json> {
  const { node, path } = assignment
  const { parent } = node
  if (parent === undefined)
    throw new RuntimeError('run.unsupported', `executor \`${node.name}\` has nobody above it that could delegate to it`)
  const show = node.executor.ask && shownOutputs(running, node, task.values)
  const say = (said: JsonObject, step: string) =>
    perform(running, {
      step: 'agent',
      request: {
        kind: 'agent.delegate',
        target: node.name,
        arguments: said,
        executor: parent,
        origin: 'engine',
        key: `${path}/${step}`,
      },
    })
  let said: JsonObject = { text: task.text }
  for (let asked = 0; ; asked++) {
    const answer = await say(said, asked === 0 ? 'delegate' : `delegate:${asked}`)
    const asks = asksIn(answer)
    if (!asks) return outputOf(answer, node.name, task.output)
    const withdraw = () => say({ withdraws: asks.waits }, 'withdraw')
    if (asked === maxQuestions) {
      await withdraw()
      throw new RuntimeError(
        'run.agent-failed',
        `executor \`${node.name}\`: the agent was answered ${maxQuestions} times, and asks again: ${asks.text.replaceAll(/\s+/g, ' ').slice(0, 500)} (tell it more in \`instructions\` or the task)`,
      )
    }
    const text = await answerOf(running, assignment, { show, asks, key: `${path}/ask:${asked + 1}`, withdraw })
    said = { text, continues: asks.waits }
  }
}

/** What an agent asks, and the task in which it waits for the answer. */
interface Asks {
  readonly text: string
  readonly waits: JsonObject
}

function asksIn({ result }: Answer): Asks | undefined {
  const asks = result?.asks
  if (!isJsonObject(asks) || !Array.isArray(asks.parts)) return undefined
  const { task = '', context = '', parts } = asks
  const { said, data } = read(parts)
  const text = [said, ...data.map((one) => asText(one))].filter((one) => one.trim() !== '').join('\n')
  return { text: text === '' ? '(it does not say what)' : text, waits: { task, context } }
}

interface Question {
  readonly show: JsonObject | undefined
  readonly asks: Asks
  readonly key: string
  withdraw(): Promise<unknown>
}

/** What a person answers to the agent. Where they will not, its task is cancelled: nobody else is there. */
async function answerOf(
  running: Running,
  { node }: Assignment,
  { show, asks, key, withdraw }: Question,
): Promise<string> {
  const question: JsonObject = {
    title: node.executor.ask?.title ?? '',
    ...(show ? { show } : {}),
    said: { by: node.name, text: asks.text },
    answer: { type: 'string', minLength: 1 },
  }
  try {
    return withoutMarkers(String(await askedPerson(running, node, { question, key })))
  } catch (cause) {
    const isOver = cause instanceof RuntimeError && pauseOf(cause.code) === undefined
    if (isOver && !running.signal.aborted) await withdraw()
    throw cause
  }
}

function outputOf(answer: Answer, executor: string, output: OutputSchema | undefined): Json {
  const parts = answer.result?.parts
  if (!Array.isArray(parts)) {
    if (answer.outcome.status !== 'completed') throw failureOf(answer, executor, 'run.agent-failed')
    throw new RuntimeError(
      'run.agent-failed',
      `executor \`${executor}\`: the agent has done it, and what it answered is not known`,
    )
  }
  const { data, said } = read(parts)
  if (data.length === 0 && said.trim() === '')
    throw new RuntimeError('run.output-missing', `executor \`${executor}\`: the agent answered with nothing`)
  if (!output) return said.trim() === '' ? (data.length === 1 ? (data[0] ?? null) : data) : said
  const value = data.length === 1 ? data[0] : jsonIn(said)
  const fault = value === undefined ? 'it is no JSON' : output.check(value)
  if (value !== undefined && fault === undefined) return value
  throw new RuntimeError('run.output-wrong', `executor \`${executor}\`: its output does not fit: ${fault}`)
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
