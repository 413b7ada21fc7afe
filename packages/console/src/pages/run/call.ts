import type { ApprovalTerms, Effect, Json, Reason, Span, SpanApproval, Trace } from '@ecp/protocol'

/** What became of a call: the decision where it was stopped, and else how far it came. */
export const fates = ['done', 'running', 'failed', 'unknown', 'denied', 'held', 'proposed', 'rehearsed'] as const
export type Fate = (typeof fates)[number]

/** One action of a run, as its pages show it. */
export interface Call {
  readonly id: string
  /** Its place in the run, from 1. */
  readonly number: number
  readonly executor: string
  /** `tool.call`, `model-generation`, ...: the type of its span. */
  readonly type: string
  readonly target: string
  /** Who answers it: the server of a tool, and of anything else its type. */
  readonly server: string
  /** The target without its server. */
  readonly name: string
  /** Milliseconds since the run began; missing where the record holds no time. */
  readonly at?: number
  readonly durationMs?: number
  readonly fate: Fate
  /** `completed`, `failed`, `denied`, ...: of its outcome, or of the decision. */
  readonly status: string
  readonly effect: Effect
  readonly acts: string
  /** Another program carries it out. */
  readonly advice: boolean
  readonly origin?: string
  readonly reasons: readonly Reason[]
  readonly terms?: ApprovalTerms
  readonly approvals: readonly SpanApproval[]
  readonly arguments?: Json
  readonly result?: Json
  readonly error?: string
  readonly tokens?: Span['tokens']
}

/** The actions of a run in the order in which they were decided. Spans without a decision (executors) are none. */
export function callsOf(trace: Trace): readonly Call[] {
  const began = Date.parse(trace.startedAt)
  const found = trace.spans.flatMap((span) => (span.decision ? [{ span, decision: span.decision }] : []))
  return found
    .map(({ span, decision }, order) => ({ span, decision, order, at: Date.parse(span.startedAt) - began }))
    .sort((a, b) => (a.at === b.at || Number.isNaN(a.at - b.at) ? a.order - b.order : a.at - b.at))
    .map(({ span, decision, at }, index) => ({
      ...told(span),
      ...decided(span, decision),
      ...when(at),
      number: index + 1,
    }))
}

function told(span: Span) {
  const target = span.toolName ?? span.model ?? span.target ?? span.type
  const colon = target.indexOf(':')
  const ofServer = span.toolName !== undefined && colon > 0
  const args = span.toolArgs ?? span.arguments
  const result = span.toolResult ?? span.output
  return {
    id: span.id,
    executor: span.executorName,
    type: span.type,
    target,
    server: ofServer ? target.slice(0, colon) : span.type,
    name: ofServer ? target.slice(colon + 1) : target,
    ...(span.durationMs === undefined ? {} : { durationMs: span.durationMs }),
    ...(args === undefined ? {} : { arguments: args }),
    ...(result === undefined ? {} : { result }),
    ...(span.error === undefined ? {} : { error: span.error }),
    ...(span.tokens === undefined ? {} : { tokens: span.tokens }),
    approvals: span.approvals ?? [],
  }
}

function decided(span: Span, { effect, acts, reasons, approval }: NonNullable<Span['decision']>) {
  return {
    effect,
    acts,
    reasons,
    fate: fateOf(effect, span.status),
    status: span.status ?? '',
    advice: span.enforcement === 'authorized',
    ...(span.origin === undefined ? {} : { origin: span.origin }),
    ...(approval === undefined ? {} : { terms: approval }),
  }
}

function fateOf(effect: Effect, status: string | undefined): Fate {
  switch (effect) {
    case 'deny':
      return 'denied'
    case 'hold':
      return 'held'
    case 'propose':
      return 'proposed'
    case 'allow':
      return status === 'completed'
        ? 'done'
        : status === 'rehearsed'
          ? 'rehearsed'
          : status === 'in-flight'
            ? 'running'
            : status === 'unknown'
              ? 'unknown'
              : 'failed'
  }
}

function when(at: number): { readonly at?: number } {
  return Number.isNaN(at) ? {} : { at: Math.max(0, at) }
}
