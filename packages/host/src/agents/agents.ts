import type { Json } from '@ecp/protocol'

/** What is said to an agent elsewhere. */
export interface AgentTask {
  readonly text: string
  /** The message's id (A2A): a UUIDv7 (RFC 9562), of the action. */
  readonly id: string
  /** The task whose question this answers; missing: it begins one. */
  readonly continues?: WaitingTask
  /** Whether what the agent asks can be answered: its task is left waiting then. Missing: it is cancelled. */
  readonly isAnswerable?: boolean
}

/** A task that waits for an answer (A2A, `TASK_STATE_INPUT_REQUIRED`), by the ids that the agent gave it. */
export interface WaitingTask {
  readonly task: string
  /** Empty where the agent named none. */
  readonly context: string
  /** Of the status that asks: what tells it from a later one. */
  readonly status: string
}

/** A part of an answer (A2A, `Part`). What is a file is named and not fetched. */
export type AgentPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'data'; readonly data: Json }
  | { readonly kind: 'file'; readonly name: string }

/** How a task ended without an answer (A2A, `TaskState`); the last two wait for something that nobody gives here. */
export type AgentEnd = 'failed' | 'rejected' | 'canceled' | 'input-required' | 'auth-required'

/** What came of a task. */
export type AgentAnswer =
  | { readonly kind: 'answered'; readonly parts: readonly AgentPart[] }
  | { readonly kind: 'ended'; readonly end: AgentEnd; readonly words: string }
  /** It waits for an answer to this. */
  | { readonly kind: 'asks'; readonly parts: readonly AgentPart[]; readonly waits: WaitingTask }
  /** It heard of the task and refused it, or never heard of it: nothing goes on there. */
  | { readonly kind: 'refused'; readonly code: string; readonly why: string }
  /** The signal ended it, and the agent says that it has stopped. */
  | { readonly kind: 'cancelled' }
  /** It was sent, and what became of it is not known. */
  | { readonly kind: 'lost'; readonly why: string }

export interface AskOptions {
  readonly signal: AbortSignal
}

/** Agents elsewhere, by the name of their endpoint. */
export interface Agents {
  /** Whether an endpoint of this name is wired. */
  has(endpoint: string): boolean
  /** Throws `host.refused` or `secret.*` for an endpoint that could not be asked. Asks nobody. */
  check(endpoint: string): Promise<void>
  /** Gives a task to an agent and waits until it has ended. Never throws. */
  ask(endpoint: string, task: AgentTask, options: AskOptions): Promise<AgentAnswer>
  /** Cancels a task that waits for an answer which nobody will give. Why it goes on there; undefined where it does not. Never throws. */
  withdraw(endpoint: string, task: WaitingTask, options: AskOptions): Promise<string | undefined>
  /** Milliseconds that a task may take; nothing where the wiring does not say. */
  timeoutMs(endpoint: string): number | undefined
  /** Ends its connections. */
  close(): Promise<void>
}
