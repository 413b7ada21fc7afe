import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { z } from 'zod'
import type { ChatMessage } from './completions.ts'

const Turn = z.strictObject({
  after: z.array(z.string()),
  say: z.string().optional(),
  call: z.strictObject({ tool: z.string(), args: z.record(z.string(), z.unknown()) }).optional(),
})
const Recording = z.strictObject({ turns: z.array(Turn).min(1) })

/** What the recorded model says, and calls, when the conversation holds the results of `after`. */
export type Turn = z.infer<typeof Turn>

/** Reads a recording; `${name}` in it becomes `values[name]`, and a name without a value is an error. */
export function readRecording(file: string, values: Readonly<Record<string, string>>): readonly Turn[] {
  const text = readFileSync(file, 'utf8')
  return Recording.parse(
    parse(text, (_key, value: unknown) => (typeof value === 'string' ? fill(value, values) : value)),
  ).turns
}

/** The turn that comes next in this conversation; undefined when the recording holds none. */
export function nextTurn(turns: readonly Turn[], messages: readonly ChatMessage[]): Turn | undefined {
  const results = toolResults(messages).map((result) => result.tool)
  return turns.find((turn) => turn.after.join() === results.join())
}

/** What the tools answered so far, in order, as the model reads it. */
export function toolResults(messages: readonly ChatMessage[]): readonly { tool: string; text: string }[] {
  // By the name of the call, not by its id: clients rewrite ids to suit a provider.
  const calls = new Map(
    messages.flatMap((message) => message.tool_calls ?? []).map((call) => [call.id, call.function.name]),
  )
  return messages
    .filter((message) => message.role === 'tool')
    .map((message) => ({ tool: calls.get(message.tool_call_id ?? '') ?? '', text: textOf(message.content) }))
}

function textOf(content: ChatMessage['content']): string {
  if (typeof content === 'string') return content
  return (content ?? []).map((part) => part.text ?? '').join('')
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{(\w+)\}/g, (_match, name: string) => {
    const value = values[name]
    if (value === undefined) throw new RangeError(`the recording names \`${name}\`, which has no value`)
    return value
  })
}
