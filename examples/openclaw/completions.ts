import { z } from 'zod'
import type { Turn } from './recording.ts'

// The part of OpenAI's chat completions that a recorded turn needs. Objects are open: clients send more than this.

const Message = z.object({
  role: z.string(),
  content: z.union([z.string(), z.array(z.object({ text: z.string().optional() }))]).nullish(),
  tool_call_id: z.string().optional(),
  tool_calls: z
    .array(z.object({ id: z.string(), function: z.object({ name: z.string(), arguments: z.string() }) }))
    .optional(),
})
export const ChatRequest = z.object({
  model: z.string(),
  stream: z.boolean().optional(),
  messages: z.array(Message),
  tools: z.array(z.object({ function: z.object({ name: z.string(), description: z.string().optional() }) })).optional(),
})

export type ChatRequest = z.infer<typeof ChatRequest>

/** What the tools answered so far, in order, as the model reads it. */
export function toolResults(request: ChatRequest): readonly { tool: string; text: string }[] {
  // The name is that of the call with the same id. The ids are no use to others: clients rewrite them.
  const calls = request.messages.flatMap((message) => message.tool_calls ?? [])
  const names = new Map(calls.map((call) => [call.id, call.function.name]))
  return request.messages
    .filter((message) => message.role === 'tool')
    .map((message) => ({ tool: names.get(message.tool_call_id ?? '') ?? '', text: textOf(message) }))
}

function textOf({ content }: z.infer<typeof Message>): string {
  if (typeof content === 'string') return content
  return (content ?? []).map((part) => part.text ?? '').join('')
}

// What it costs is not recorded, but clients want the field.
const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }

/** The answer to a request that does not stream. `id` must be new for each answer. */
export function completion(id: string, request: ChatRequest, turn: Turn): object {
  const message = { role: 'assistant', content: turn.say ?? null, ...toolCalls(id, turn) }
  return {
    ...envelope(id, request, 'chat.completion'),
    choices: [{ index: 0, message, finish_reason: finishReason(turn) }],
    usage,
  }
}

/** The same answer as server-sent events. */
export function completionEvents(id: string, request: ChatRequest, turn: Turn): string {
  const chunk = (delta: object, finish_reason: string | null) => ({
    ...envelope(id, request, 'chat.completion.chunk'),
    choices: [{ index: 0, delta, finish_reason }],
  })
  const calls = toolCalls(id, turn)
  const events = [
    chunk({ role: 'assistant', content: turn.say ?? '' }, null),
    ...(calls === undefined
      ? []
      : [chunk({ tool_calls: calls.tool_calls.map((call, index) => ({ index, ...call })) }, null)]),
    { ...chunk({}, finishReason(turn)), usage },
  ]
  return [...events.map((event) => JSON.stringify(event)), '[DONE]'].map((data) => `data: ${data}\n\n`).join('')
}

function envelope(id: string, request: ChatRequest, object: string) {
  return { id, object, created: 0, model: request.model }
}

function toolCalls(id: string, turn: Turn) {
  if (turn.call === undefined) return undefined
  const call = { name: turn.call.tool, arguments: JSON.stringify(turn.call.args) }
  return { tool_calls: [{ id: `call_${id}`, type: 'function', function: call }] }
}

function finishReason(turn: Turn): string {
  return turn.call === undefined ? 'stop' : 'tool_calls'
}
