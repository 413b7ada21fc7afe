import type { Decision, Effect, Span, Trace } from '@ecp/protocol'

const began = Date.UTC(2026, 10, 27, 9)

/** For the tests of what is made of traces: a call that came `after` so many milliseconds, with its decision. */
export function sampleSpan(
  id: string,
  after: number,
  toolName: string,
  effect: Effect,
  more: Partial<Span> = {},
): Span {
  const decision: Decision = { effect, acts: 'read', reasons: [], policyDigest: 'p'.repeat(64) }
  const status = { allow: 'completed', deny: 'denied', hold: 'pending', propose: 'proposed' }[effect]
  const startedAt = new Date(began + after).toISOString()
  return { id, type: 'tool-call', executorName: 'reader', startedAt, step: 0, toolName, status, decision, ...more }
}

/** A trace of these spans, and of one for an executor, which is no call. */
export function sampleTrace(spans: readonly Span[]): Trace {
  const startedAt = new Date(began).toISOString()
  const executor = { id: 'run/reader', type: 'executor', executorName: 'reader', startedAt, step: 0 }
  return { executionId: 'run', contextName: 'assistant', startedAt, success: true, spans: [executor, ...spans] }
}
