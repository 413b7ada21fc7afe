import type { LanguageModelV4CallOptions, LanguageModelV4FunctionTool, LanguageModelV4Message } from '@ai-sdk/provider'
import type { JsonObject } from '@ecp/protocol'
import type { ToolNames } from './tool-names.ts'
import type { ModelTurn, TurnMessage } from './turn.ts'

/** A turn as the AI SDK's language models take it (LanguageModelV4). */
export function promptOf(turn: ModelTurn, names: ToolNames): LanguageModelV4CallOptions {
  const { instructions, messages, tools = [], output, maxOutputTokens } = turn
  return {
    prompt: [
      ...(instructions === undefined ? [] : [{ role: 'system' as const, content: instructions }]),
      ...messages.map((message) => messageOf(message, names)),
    ],
    maxOutputTokens,
    ...(tools.length > 0
      ? {
          tools: tools.map(
            ({ name, description, inputSchema }): LanguageModelV4FunctionTool => ({
              type: 'function',
              name: names.toProvider(name),
              ...(description === undefined ? {} : { description }),
              inputSchema: schema(inputSchema),
            }),
          ),
          toolChoice: { type: 'auto' as const },
        }
      : {}),
    ...(output ? { responseFormat: { type: 'json' as const, name: output.name, schema: schema(output.schema) } } : {}),
  }
}

function messageOf(message: TurnMessage, names: ToolNames): LanguageModelV4Message {
  switch (message.role) {
    case 'user':
      return { role: 'user', content: [{ type: 'text', text: message.text }] }
    case 'assistant': {
      const { text = '', calls = [] } = message
      return {
        role: 'assistant',
        content: [
          ...(text === '' ? [] : [{ type: 'text' as const, text }]),
          ...calls.map(({ id, tool, arguments: input }) => ({
            type: 'tool-call' as const,
            toolCallId: id,
            toolName: names.toProvider(tool),
            input,
          })),
        ],
      }
    }
    case 'tool':
      return {
        role: 'tool',
        content: message.results.map(({ id, tool, text, isError }) => ({
          type: 'tool-result' as const,
          toolCallId: id,
          toolName: names.toProvider(tool),
          output: isError ? { type: 'error-text' as const, value: text } : { type: 'text' as const, value: text },
        })),
      }
  }
}

type Schema = LanguageModelV4FunctionTool['inputSchema']
const schema = (value: JsonObject): Schema => value as Schema // reason: a provider gets schemas as servers and authors wrote them
