import type { Origin } from './action.ts'
import type { ApprovalKind, ApprovalState, Verdict } from './approval.ts'
import type { Decision } from './decision.ts'
import type { Json } from './json.ts'
import type { ActionSettled, Enforcement } from './record.ts'

/** A run in the published trace format (ledger.md, Traces). Times are ISO 8601 in UTC. */
export interface Trace {
  readonly executionId: string
  readonly contextName?: string
  readonly contextVersion?: string
  readonly strategy?: string
  readonly startedAt: string
  readonly endedAt?: string
  readonly durationMs?: number
  readonly success: boolean
  readonly error?: string
  readonly spans: readonly Span[]
}

/** One executor or one action of it. `decision`, `enforcement`, `status`, `origin` and `actionId` are ours. */
export interface Span {
  readonly id: string
  readonly parentId?: string
  /** executor, model-generation, tool-call, mount-hydration, delegation; other kinds of action under their own names. */
  readonly type: string
  readonly executorName: string
  readonly startedAt: string
  readonly endedAt?: string
  readonly durationMs?: number
  readonly step: number
  readonly model?: string
  readonly output?: Json
  readonly tokens?: { readonly prompt: number; readonly completion: number; readonly total: number }
  readonly toolName?: string
  readonly toolArgs?: Json
  readonly toolResult?: Json
  readonly toolIsError?: boolean
  /** Ours, of actions for which the format has no fields: neither a tool's nor a model's. */
  readonly target?: string
  readonly arguments?: Json
  readonly error?: string
  readonly actionId?: string
  readonly status?: string
  /** Ours: of a write that nobody knew the end of, what a person said of it; `status` is by that. */
  readonly settled?: ActionSettled['as']
  readonly origin?: Origin
  readonly enforcement?: Enforcement
  readonly decision?: Decision
  /** Ours: what people were asked about it, and what they said. */
  readonly approvals?: readonly SpanApproval[]
}

export interface SpanApproval {
  readonly approval: string
  readonly kind: ApprovalKind
  readonly state: ApprovalState
  readonly answers: readonly {
    readonly by: string
    readonly answer: Verdict
    readonly at: string
    readonly note?: string
    /** `unsigned`, or what it is signed with: whether that signature is good is for `ecp approvals show`. */
    readonly proof: string
  }[]
}
