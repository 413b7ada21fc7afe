import type { Json, JsonObject } from '@ecp/protocol'
import { resolved, type Values } from '../data/expressions.ts'
import { jsonIn } from '../data/output.ts'
import { resultText } from '../data/shown.ts'
import { RuntimeError } from '../error.ts'
import { failureOf, isRehearsed, perform, toldOf } from '../perform.ts'
import type { Assignment, Running } from '../running.ts'

/** One call, without a model. Gives what it answered: structured content, JSON where its text is that, its text otherwise. */
export async function runTool(running: Running, { node, path }: Assignment, values: Values): Promise<Json> {
  const { tool } = node.executor
  if (!tool) {
    throw new RuntimeError(
      'run.unsupported',
      `executor \`${node.name}\` is of type tool and names no \`tool.call\`; executor plugins come with a later version`,
    )
  }
  const answer = await perform(running, {
    step: 'tool',
    request: {
      kind: 'tool.call',
      target: tool.call,
      arguments: resolved((tool.args ?? {}) as JsonObject, values), // reason: it was read as JSON
      executor: node.name,
      origin: 'engine',
      key: `${path}/call`,
    },
  })
  const { result, outcome } = answer
  const isShaped = (node.executor.outputSchema ?? node.executor.outputSchemaRef) !== undefined
  if (isRehearsed(answer) && !isShaped) return toldOf(answer)
  if (!result) throw failureOf(answer, node.name, 'run.tool-failed')
  const text = resultText(result)
  if (outcome.status !== 'completed') {
    throw new RuntimeError(
      'run.tool-failed',
      `executor \`${node.name}\`: \`${tool.call}\` failed: ${text.slice(0, 500)}`,
    )
  }
  return result.structuredContent ?? (/^\s*[[{]/.test(text) ? (jsonIn(text) ?? text) : text)
}
