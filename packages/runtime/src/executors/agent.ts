import {
  estimatedTokens,
  type ModelReply,
  type ModelTurn,
  type ReplyCall,
  type TurnMessage,
  type TurnResult,
  type TurnTool,
} from '@ecp/host'
import type { Json } from '@ecp/protocol'
import { allOf } from '../all-of.ts'
import { jsonIn, type OutputSchema } from '../data/output.ts'
import { resultText } from '../data/shown.ts'
import { RuntimeError } from '../error.ts'
import { failureOf, isRehearsed, perform, toldOf } from '../perform.ts'
import type { Assignment, Running } from '../running.ts'

/** What an agent begins with. */
export interface Beginning {
  readonly instructions: string
  readonly message: string
  readonly output?: OutputSchema
}

/** Most turns of one agent: budgets end it long before, unless they were set very high. */
const maxTurns = 500
/** Most rounds in which a model may correct an output that does not fit. */
const maxCorrections = 2
const maxOutputTokens = 8_192

/**
 * The loop: one model turn at a time, the tool calls of a turn in parallel, until the model answers without a call. Gives its
 * answer: JSON where a schema asks for it, text otherwise. Throws `RuntimeError`.
 */
export async function runAgent(running: Running, assignment: Assignment, beginning: Beginning): Promise<Json> {
  const { node, path } = assignment
  const { instructions, message, output } = beginning
  const tools = toolsOf(running, node.name)
  const offered = new Set(tools.map(({ name }) => name))
  const messages: TurnMessage[] = [{ role: 'user', text: message }]
  let corrections = 0
  for (let number = 0; number < maxTurns; number++) {
    const key = `${path}/turn:${number}`
    const asked = { instructions, messages: [...messages], ...(tools.length > 0 ? { tools } : {}), ...outputOf(output) }
    const reply = await modelTurn(running, assignment, key, asked)
    const { text, calls, finish } = reply
    if (calls.length > 0) {
      const made = calls.map(({ id, tool, arguments: args }) => ({ id, tool, arguments: args }))
      messages.push({ role: 'assistant', ...(text === '' ? {} : { text }), calls: made })
      const results = calls.map((call, place) => called(running, node.name, call, `${key}/call:${place}`, offered))
      messages.push({ role: 'tool', results: await allOf(results) })
      continue
    }
    if (finish === 'length') {
      throw new RuntimeError(
        'run.output-wrong',
        `executor \`${node.name}\`: its answer is longer than ${maxOutputTokens} tokens and was cut off`,
      )
    }
    if (text.trim() === '')
      throw new RuntimeError('run.output-missing', `executor \`${node.name}\` ended without an answer`)
    const judged = judge(text, output)
    if ('value' in judged) return judged.value
    if (corrections++ >= maxCorrections) {
      throw new RuntimeError(
        'run.output-wrong',
        `executor \`${node.name}\`: its output does not fit, after ${maxCorrections} corrections: ${judged.fault}`,
      )
    }
    messages.push(
      { role: 'assistant', text },
      {
        role: 'user',
        text: `Your answer does not fit: ${judged.fault}. Answer again, with the whole corrected JSON value and nothing else.`,
      },
    )
  }
  throw new RuntimeError(
    'run.output-missing',
    `executor \`${node.name}\` has taken ${maxTurns} turns without an answer`,
  )
}

function toolsOf({ host }: Running, executor: string): readonly TurnTool[] {
  return host.tools(executor).map(({ target, definition }) => ({
    name: target,
    ...(definition.description === undefined ? {} : { description: definition.description }),
    inputSchema: definition.inputSchema,
  }))
}

function outputOf(output: OutputSchema | undefined): Pick<ModelTurn, 'output'> {
  return output ? { output: { name: output.name ?? 'Output', schema: output.schema } } : {}
}

async function modelTurn(
  running: Running,
  { node, path }: Assignment,
  key: string,
  asked: Omit<ModelTurn, 'maxOutputTokens' | 'estimatedPromptTokens'>,
): Promise<ModelReply> {
  const { host, emit } = running
  const turn: ModelTurn = { ...asked, maxOutputTokens, estimatedPromptTokens: estimatedTokens(asked) }
  const answer = await perform(running, {
    step: 'model',
    request: {
      kind: 'model.generate',
      target: host.model(node.name),
      arguments: turn as unknown as Json, // reason: a turn is JSON
      executor: node.name,
      origin: 'engine',
      key,
    },
    onText: (piece) => emit({ kind: 'text', executor: node.name, path, piece }),
  })
  if (answer.result) return answer.result as unknown as ModelReply // reason: what the Gate answers for this kind
  throw failureOf(answer, node.name, 'run.model-failed')
}

/** One call of a turn. What is denied or fails is told to the model, which may do something else. */
async function called(
  running: Running,
  executor: string,
  { id, tool, arguments: args, fault }: ReplyCall,
  key: string,
  offered: ReadonlySet<string>,
): Promise<TurnResult> {
  const result = (text: string, isError: boolean): TurnResult => ({
    id,
    tool,
    text,
    ...(isError ? { isError: true } : {}),
  })
  // What cannot be performed is asked for all the same, so that the attempt is decided and on record.
  const request = { kind: 'tool.call', target: tool, arguments: args, executor, origin: 'model', key } as const
  const answer = await perform(running, { step: 'tool', request })
  if (answer.result) return result(resultText(answer.result), answer.outcome.status !== 'completed')
  if (isRehearsed(answer)) return result(toldOf(answer), false)
  return result(fault ?? (offered.has(tool) ? toldOf(answer) : 'there is no tool of this name that you may call'), true)
}

function judge(text: string, output: OutputSchema | undefined): { readonly value: Json } | { readonly fault: string } {
  if (!output) return { value: text }
  const value = jsonIn(text)
  if (value === undefined) return { fault: 'it is no JSON' }
  const fault = output.check(value)
  return fault === undefined ? { value } : { fault }
}
