import type { Remaining } from '@ecp/policy'
import type { ActionKind, Decision, Json, JsonObject, Origin, Outcome } from '@ecp/protocol'
import type { RpcError } from '../error.ts'
import type { CallOptions } from '../servers/servers.ts'

/**
 * What ECP performs at an MCP server, by kind of action. Targets and arguments:
 * `tool.call`: `server:tool`, the tool's arguments. `resource.read`: `server:uri`, `{}`, or `{subscribe: true}` to be told
 * of its updates. `prompt.get`: `server:prompt`, the prompt's arguments. `completion.get`: `server:prompt` or
 * `server:uri-template`, `{ref: 'prompt' | 'resource', argument: {name, value}, context?}`.
 * At a model provider: `model.generate`: `provider/model`, a `ModelTurn`; the result is a `ModelReply`.
 * At a memory store: `memory.read` and `memory.write`: `store/scope/tool`, the arguments of `ecp:memory/tool`. A `tool.call` of
 * `ecp:memory/tool` becomes that, at the store of its executor's memory, before it is decided.
 * Of a person: `human.ask`: the `human` executor that asks, a `Question`; the result is `{answer, by}`.
 * At an agent elsewhere: `agent.delegate`: the executor that it works as, in the name of the one above it, `{text}`; the result is
 * `{parts}`, each `{kind: 'text', text}`, `{kind: 'data', data}` or `{kind: 'file', name}`. Where that executor has `ask` and the agent
 * asks for input the result is `{asks: {task, context, status, parts}}`; `{text, continues: {task, context}}` answers it, once, and
 * `{withdraws: {task, context}}` cancels that task: both only in the run that was asked.
 */
export type PerformedKind =
  | 'tool.call'
  | 'resource.read'
  | 'prompt.get'
  | 'completion.get'
  | 'human.ask'
  | 'model.generate'
  | 'memory.read'
  | 'memory.write'
  | 'agent.delegate'

/** One action, as a face or the runtime asks for it. */
export interface ActionRequest<K extends ActionKind = PerformedKind> {
  readonly kind: K
  readonly target: string
  readonly arguments: Json
  /**
   * What else the asking side sends with the request and the server is to get: fields of its params that the protocol does
   * not know, and what is left of its `_meta`. Decided, digested and recorded with the arguments.
   */
  readonly extra?: JsonObject
  readonly executor: string
  readonly origin: Origin
  /** The action's place in its run; the same on resume. A fresh id when the caller has no place to name. */
  readonly key?: string
  /** The proposal that an operator applies with this action: its approval. */
  readonly applied?: string
  /** 1 where it is missing; 2 when it is decided again after a person's answer. */
  readonly attempt?: number
}

export interface PerformOptions extends Pick<CallOptions, 'session' | 'onProgress' | 'onNotification'> {
  /** Aborted when whoever asked is gone or cancels: the call is cancelled at the server and recorded so. */
  readonly signal?: AbortSignal
  /** W3C Trace Context of the asking side (`traceparent`, `tracestate`, `baggage`): passed on, in no digest. */
  readonly traceContext?: Readonly<Record<string, string>>
  /**
   * Whoever asked is asked by the server: sampling and elicitation after they were decided, roots where the wiring passes
   * them. Throws `client.cannot` for what the client did not say that it can do. Missing: nothing can be asked.
   */
  readonly ask?: CallOptions['ask']
  /** Called with each piece of a model's text as it comes, redacted. */
  onText?(piece: string): void
  /** Called when an action is about to be performed, with what its run could still use when it was decided. */
  onLeft?(left: Remaining): void
  /** How long a held action waits for a person; missing: not at all. */
  readonly hold?: Hold
}

/** What waits, and who is told that it does. */
export interface Hold {
  readonly waitMs: number
  /** Aborted when whoever asked waits no longer for this one. */
  readonly signal?: AbortSignal
  /** False: it is answered at once that it waits. Missing: it always may. */
  mayWait?(approval: string): boolean
  /** Called when the wait begins, and now and then while it goes on: whoever asked may lose patience otherwise. */
  onWaiting?(approval: string): void
  /** Called when the wait is over, whatever ended it. */
  onOver?(): void
}

/** What the Gate answers: the decision, and what came of the action. */
export interface Answer {
  readonly actionId: string
  readonly target: string
  readonly decision: Decision
  readonly outcome: Outcome
  /** Where a held or proposed action waits for a person: the id of its approval. */
  readonly waiting?: string
  /** The server's own result, redacted; only when the action was performed and a result came. */
  readonly result?: JsonObject
  /** From the record of a run that came back: nothing was done now. */
  readonly replayed?: true
  /** The server's own error, redacted, where it answered one in place of a result. */
  readonly rpcError?: RpcError
}

/** The decision on a call that another program will execute. With a lease only when it is allowed. */
export interface Authorization {
  readonly actionId: string
  readonly decision: Decision
  readonly waiting?: string
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
