import type { Json, JsonObject } from '@ecp/protocol'

/** One turn of a model: what a `model.generate` action (target `provider/model`) carries as its arguments. */
export interface ModelTurn {
  /** The system message. */
  readonly instructions?: string
  /** The conversation so far, oldest first. */
  readonly messages: readonly TurnMessage[]
  /** Tools that the model may call in this turn. */
  readonly tools?: readonly TurnTool[]
  /** The reply is to be one JSON value of this schema (JSON Schema 2020-12). */
  readonly output?: { readonly name: string; readonly schema: JsonObject }
  /** The most that the reply may take; reserved from the budget of tokens before the turn. */
  readonly maxOutputTokens: number
  /** What the request will take, roughly; reserved likewise. What was really used counts in the end. */
  readonly estimatedPromptTokens: number
}

export type TurnMessage =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly text?: string; readonly calls?: readonly TurnCall[] }
  | { readonly role: 'tool'; readonly results: readonly TurnResult[] }

/** A call that the model made. `id` is the model's own, by which the result is told to it. */
export interface TurnCall {
  readonly id: string
  /** `server:tool` */
  readonly tool: string
  readonly arguments: Json
}

export interface TurnResult {
  readonly id: string
  readonly tool: string
  readonly text: string
  readonly isError?: true
}

export interface TurnTool {
  /** `server:tool` */
  readonly name: string
  readonly description?: string
  readonly inputSchema: JsonObject
}

/** Why a model stopped. `length`: it had more to say than it was given tokens for. */
export type Finish = 'stop' | 'tool-calls' | 'length' | 'content-filter' | 'other'

/** What a model said in one turn. */
export interface ModelReply {
  readonly text: string
  readonly calls: readonly ReplyCall[]
  readonly finish: Finish
  /** What the provider says that the turn took; what was reserved where it says nothing. */
  readonly tokens: { readonly prompt: number; readonly completion: number }
}

/** A call in a reply: nothing that a model writes can be relied on. */
export interface ReplyCall {
  readonly id: string
  /** `server:tool`; as the model wrote it where it is no tool of this turn. */
  readonly tool: string
  /** `null` where they are no JSON. */
  readonly arguments: Json
  /** Why it cannot be performed, for the model: unknown tool, arguments that are no JSON. */
  readonly fault?: string
}

/** How many tokens a turn's request takes, roughly: a token for every three bytes (UTF-8), which is rather too many. */
export function estimatedTokens(turn: Pick<ModelTurn, 'instructions' | 'messages' | 'tools' | 'output'>): number {
  const { instructions = '', messages, tools = [], output = null } = turn
  return Math.ceil(Buffer.byteLength(JSON.stringify([instructions, messages, tools, output])) / 3)
}
