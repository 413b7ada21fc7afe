import type { Decision, Json, JsonObject, Origin, Outcome } from '@ecp/protocol'

/** One call of a tool, as a face or the runtime asks for it. */
export interface ToolCallRequest {
  readonly kind: 'tool.call'
  /** `server:tool` */
  readonly target: string
  readonly arguments: Json
  readonly executor: string
  readonly origin: Origin
  /** The action's place in its run; the same on resume. A fresh id when the caller has no place to name. */
  readonly key?: string
}

export interface PerformOptions {
  /** Aborted when whoever asked is gone or cancels: the call is cancelled at the server and recorded so. */
  readonly signal?: AbortSignal
  /** Progress notifications of the server for this call, as it sent them. */
  readonly onProgress?: (params: JsonObject) => void
}

/** What the Gate answers: the decision, and what came of the action. */
export interface Answer {
  readonly actionId: string
  readonly target: string
  readonly decision: Decision
  readonly outcome: Outcome
  /** The server's own result, redacted; only when the action was performed and a result came. */
  readonly result?: JsonObject
}

/** The decision on a call that another program will execute. With a lease only when it is allowed. */
export interface Authorization {
  readonly actionId: string
  readonly decision: Decision
  readonly lease?: { readonly id: string; readonly expiresAt: number }
}

/** What the other program says came of a leased action. */
export interface Settlement {
  readonly status: 'completed' | 'failed' | 'cancelled'
  readonly result?: Json
  readonly error?: { readonly code: string; readonly message: string }
}

/** Where an action is on its way, in order; the Gate calls `onStep` at each. `deciding` is inside the transaction. */
export const steps = ['normalised', 'deciding', 'decided', 'performing', 'performed', 'recorded', 'answered'] as const
export type Step = (typeof steps)[number]
