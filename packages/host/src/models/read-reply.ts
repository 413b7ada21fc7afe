import type { LanguageModelV4FinishReason, LanguageModelV4StreamPart, LanguageModelV4Usage } from '@ai-sdk/provider'
import type { Json } from '@ecp/protocol'
import { HostError } from '../error.ts'
import type { ToolNames } from './tool-names.ts'
import type { Finish, ModelReply, ModelTurn, ReplyCall } from './turn.ts'

export interface ReadingOptions {
  /** For messages: model `openai/gpt-5`. */
  readonly who: string
  readonly turn: ModelTurn
  readonly names: ToolNames
  /** Called with each piece of text as it comes. */
  onText?(piece: string): void
}

/** Reads what a model says to its end. Throws `model.protocol` for a reply that breaks off or ends in an error. */
export async function readReply(
  stream: ReadableStream<LanguageModelV4StreamPart>,
  { who, turn, names, onText }: ReadingOptions,
): Promise<ModelReply> {
  let text = ''
  const calls: ReplyCall[] = []
  let end: { readonly finishReason: LanguageModelV4FinishReason; readonly usage: LanguageModelV4Usage } | undefined
  for await (const part of stream) {
    switch (part.type) {
      case 'text-delta':
        text += part.delta
        onText?.(part.delta)
        break
      case 'tool-call':
        calls.push(callOf(part, names))
        break
      case 'finish':
        end = part
        break
      case 'error':
        throw broken(who, part.error)
    }
  }
  const reason = end?.finishReason.unified
  if (!end || reason === 'error' || reason === 'interrupted') throw broken(who, undefined)
  if (text === '' && calls.length === 0 && reason === 'other') {
    throw new HostError('model.protocol', `${who} answered with nothing that can be read as a reply`)
  }
  const { inputTokens, outputTokens } = end.usage
  return {
    text,
    calls,
    finish: finishOf(reason),
    tokens: {
      prompt: counted(inputTokens.total, turn.estimatedPromptTokens),
      completion: counted(outputTokens.total, turn.maxOutputTokens),
    },
  }
}

function callOf(
  {
    toolCallId: id,
    toolName,
    input,
  }: { readonly toolCallId: string; readonly toolName: string; readonly input: string },
  names: ToolNames,
): ReplyCall {
  const tool = names.fromProvider(toolName)
  const args = parsed(input)
  const base = { id, tool: tool ?? toolName, arguments: args ?? null }
  if (tool === undefined) return { ...base, fault: 'there is no tool of this name that you may call' }
  if (args === undefined) return { ...base, fault: 'the arguments are no JSON: call it again with one JSON object' }
  return base
}

/** Undefined for what is no JSON. No arguments at all are none. */
function parsed(input: string): Json | undefined {
  if (input.trim() === '') return {}
  try {
    return JSON.parse(input) as Json // reason: what JSON.parse returns
  } catch {
    return undefined
  }
}

function finishOf(reason: LanguageModelV4FinishReason['unified'] | undefined): Finish {
  switch (reason) {
    case 'stop':
    case 'length':
    case 'content-filter':
    case 'tool-calls':
      return reason
    default:
      return 'other'
  }
}

/** What a provider says that it used; nothing and nonsense count as what was reserved, so that no budget is passed by silence. */
function counted(said: number | undefined, reserved: number): number {
  return said !== undefined && Number.isSafeInteger(said) && said >= 0 ? said : reserved
}

function broken(who: string, cause: unknown): HostError {
  if (cause instanceof HostError) return cause
  const why = cause instanceof Error ? `: ${cause.message}` : ''
  return new HostError('model.protocol', `the reply of ${who} broke off${why}`)
}
