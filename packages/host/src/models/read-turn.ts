import { isJsonObject, type Json, type JsonObject } from '@ecp/protocol'
import { HostError } from '../error.ts'
import type { ModelTurn } from './turn.ts'

/** The turn that an action carries. Throws `model.protocol` for what is none: it was decided, but cannot be asked. */
export function readTurn(args: Json): ModelTurn {
  if (!isJsonObject(args)) throw noTurn('it is no object')
  const { messages, tools, output, instructions, maxOutputTokens, estimatedPromptTokens } = args
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isMessage))
    throw noTurn('`messages` is no conversation')
  if (tools !== undefined && !(Array.isArray(tools) && tools.every(isTool))) throw noTurn('`tools` are no tools')
  if (
    output !== undefined &&
    !(isJsonObject(output) && typeof output.name === 'string' && isJsonObject(output.schema))
  ) {
    throw noTurn('`output` is no named schema')
  }
  if (instructions !== undefined && typeof instructions !== 'string') throw noTurn('`instructions` is no text')
  if (!isCount(maxOutputTokens) || !isCount(estimatedPromptTokens))
    throw noTurn('it does not say how many tokens it may take')
  return args as unknown as ModelTurn // reason: checked here
}

function isMessage(value: Json): boolean {
  if (!isJsonObject(value)) return false
  switch (value.role) {
    case 'user':
      return typeof value.text === 'string'
    case 'assistant':
      return isOptionalText(value.text) && (value.calls === undefined || isList(value.calls, isCall))
    case 'tool':
      return isList(value.results, (result) => isCall(result) && typeof result.text === 'string')
    default:
      return false
  }
}

const isCount = (value: Json | undefined): boolean =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0
const isOptionalText = (value: Json | undefined): boolean => value === undefined || typeof value === 'string'
const isTool = (value: Json): boolean =>
  isJsonObject(value) &&
  typeof value.name === 'string' &&
  isJsonObject(value.inputSchema) &&
  isOptionalText(value.description)
const isCall = (value: JsonObject): boolean => typeof value.id === 'string' && typeof value.tool === 'string'
const isList = (value: Json | undefined, is: (item: JsonObject) => boolean): boolean =>
  Array.isArray(value) && value.every((item) => isJsonObject(item) && is(item))

function noTurn(why: string): HostError {
  return new HostError('model.protocol', `the arguments are no turn of a model: ${why}`)
}
