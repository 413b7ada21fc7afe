import type { CallToolResult, InputRequiredResult, JsonSchemaType, ServerContext } from '@modelcontextprotocol/server'

export type Arguments = Readonly<Record<string, unknown>>

/** A tool as a task answers it: the task, in the fields that SEP-2663 puts beside `resultType`. */
export type CreatedTask = { readonly resultType: 'task' } & Readonly<Record<string, unknown>>
export type Answer = CallToolResult | InputRequiredResult | CreatedTask

/** One tool that the suite calls, by the name that the suite gives it. */
export interface Tool {
  readonly name: string
  readonly description: string
  /** Without it the tool takes nothing. */
  readonly input?: JsonSchemaType
  /** What it throws becomes a result with `isError`; a `ProtocolError` becomes an error of the protocol. */
  readonly call: (args: Arguments, context: ServerContext) => Answer | Promise<Answer>
}

export const text = (value: string): CallToolResult => ({ content: [{ type: 'text', text: value }] })
