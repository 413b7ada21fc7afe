import type { GrantAnswer } from './grant.ts'
import type { SourceRange } from './range.ts'

/** Every code of a reason, and the effect it stands for. A closed list: a new code breaks the build of who switches over it. */
export const codes = {
  'host.server-not-wired': 'deny',
  'host.server-not-allowed': 'deny',
  'host.server-external': 'deny',
  'host.tool-denied': 'deny',
  'host.provider-not-allowed': 'deny',
  'host.model-not-supported': 'deny',
  'host.model-not-allowed': 'deny',
  'host.endpoint-not-allowed': 'deny',
  'host.store-not-allowed': 'deny',
  'host.executor-not-allowed': 'deny',
  'host.logger-not-allowed': 'deny',
  'host.secret-provider-not-allowed': 'deny',
  'host.plugin-kind-not-allowed': 'deny',
  'host.plugin-source-not-allowed': 'deny',
  'host.plugin-not-allowed': 'deny',
  'host.request-not-allowed': 'deny',
  'context.executor-unknown': 'deny',
  'context.tool-not-allowed': 'deny',
  'context.tool-denied': 'deny',
  'context.condition-false': 'deny',
  'context.condition-error': 'deny',
  'context.resource-not-allowed': 'deny',
  'context.memory-not-allowed': 'deny',
  'context.delegate-not-allowed': 'deny',
  'context.arguments-invalid': 'deny',
  'tool.unknown': 'deny',
  'tool.definition-changed': 'deny',
  'write.forbidden': 'deny',
  'write.refused': 'deny',
  'question.refused': 'deny',
  'write.proposed': 'propose',
  'write.needs-approval': 'hold',
  'question.unanswered': 'hold',
  'budget.tool-calls': 'deny',
  'budget.runtime': 'deny',
  'budget.tokens': 'deny',
  'budget.cost': 'deny',
  'budget.per-tool': 'deny',
  'budget.repeats': 'deny',
  'budget.denials': 'deny',
  'run.cancelled': 'deny',
  'run.outcome-unknown': 'deny',
  'run.diverged': 'deny',
  'secret.in-arguments': 'deny',
  'arguments.too-large': 'deny',
  'host.frozen': 'deny',
  'ledger.unavailable': 'deny',
  'host.model-allowed': 'allow',
  'host.endpoint-allowed': 'allow',
  'host.plugin-allowed': 'allow',
  'host.request-allowed': 'allow',
  'context.tool-allowed': 'allow',
  'context.default-allowed': 'allow',
  'context.resource-allowed': 'allow',
  'context.memory-allowed': 'allow',
  'context.delegate-allowed': 'allow',
  'context.question-allowed': 'allow',
  'write.approved': 'allow',
  'write.applied': 'allow',
  'write.granted': 'allow',
  'question.answered': 'allow',
} as const satisfies Record<string, Effect>

export type Effect = 'allow' | 'deny' | 'hold' | 'propose'
export type Code = keyof typeof codes
/** What an action does to the world. `neither`: delegation, which write controls do not speak of. */
export type Acts = 'read' | 'write' | 'neither'
export const layers = ['machine', 'user', 'project', 'context', 'run'] as const
export type Layer = (typeof layers)[number]

/** One thing that speaks for or against an action, with the rule it comes from. */
export interface Reason {
  readonly code: Code
  readonly layer: Layer
  readonly rule?: SourceRange
  /** Lower case, no full stop; what was found in backticks. Never holds a secret. */
  readonly message: string
}

/** On which terms a person may lift a hold: the strictest of all layers that asked for it. */
export interface ApprovalTerms {
  /** Milliseconds. */
  readonly expiresAfter: number
  /** Names or groups; empty: no layer names any. */
  readonly approvers: readonly string[]
  readonly quorum: number
}

/**
 * What people have said of an action, as an input of its decision. An `approval` lifts `write.needs-approval`, a `proposal`
 * that is applied lifts `write.proposed`, an `answer` lifts `question.unanswered`, and none of them lifts anything else; a
 * `refusal` denies. `id`: of the approval. A `grant` that fits the action lifts `write.needs-approval`, too.
 */
export type PersonAnswer =
  | { readonly kind: 'approval' | 'proposal' | 'answer' | 'refusal'; readonly id: string }
  | GrantAnswer

/** The policy decision point's answer for one action, with every reason. */
export interface Decision {
  readonly effect: Effect
  readonly acts: Acts
  readonly reasons: readonly Reason[]
  /** sha-256 (hex) over policy, wiring and pins: two decisions with the same digest were taken under the same rules. */
  readonly policyDigest: string
  readonly approval?: ApprovalTerms
}
