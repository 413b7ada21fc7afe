import type { Json, Outcome, Span, SpanApproval, Trace } from '@ecp/protocol'
import type { Approval } from '../approvals.ts'
import type { RecordedAction, RecordedRun } from './recorded-run.ts'
import { resultWords } from './result-words.ts'

/** The spans of a run: one for each executor, and under it one for each of its actions, in order. */
export function traceJson(run: RecordedRun): Trace {
  const { start } = run
  const executors = new Map<string, RecordedAction[]>(start ? [[start.executor, []]] : [])
  for (const recorded of run.actions) {
    const same = executors.get(recorded.action.executor)
    if (same) same.push(recorded)
    else executors.set(recorded.action.executor, [recorded])
  }
  // Denials that the run survived are no failure; a write that nobody knows the end of is one, until somebody has found out.
  const unknown = run.actions.find((one) => outcomeOf(one)?.status === 'unknown')
  const error = unknown ? `the outcome of ${unknown.action.target} is unknown` : failure(run.status)
  return {
    executionId: run.run,
    ...(start
      ? { contextName: start.context.name, contextVersion: start.context.version, strategy: start.strategy }
      : {}),
    ...span(run.startedAt, run.endedAt),
    success: error === undefined,
    ...(error === undefined ? {} : { error }),
    spans: [...executors].flatMap(([name, actions], at) => executorSpans(run, name, actions, at)),
  }
}

function failure(status: string): string | undefined {
  return ['running', 'completed'].includes(status) ? undefined : `the run ended as ${status}`
}

function executorSpans(run: RecordedRun, name: string, actions: readonly RecordedAction[], step: number): Span[] {
  const id = `${run.run}/${name}`
  const ends = actions.map(({ finishedAt, action }) => finishedAt ?? action.at)
  const from = actions[0]?.action.at ?? run.startedAt
  const own = {
    id,
    type: 'executor',
    executorName: name,
    ...span(from, ends.length > 0 ? Math.max(...ends) : run.endedAt),
    step,
  }
  return [own, ...actions.map((action, at) => actionSpan(action, id, at))]
}

/** What came of an action, as it was recorded or, of a write that nobody knew the end of, as a person has settled it. */
function outcomeOf({ outcome, settled }: RecordedAction): Outcome | undefined {
  if (!outcome || !settled) return outcome
  const { durationMs } = outcome
  const took = durationMs === undefined ? {} : { durationMs }
  if (settled.as === 'happened') {
    return { status: 'completed', ...took, ...(settled.result ? { result: settled.result } : {}) }
  }
  return { status: 'failed', ...took, error: { code: 'run.settled', message: 'it did not happen, as was found out' } }
}

function actionSpan(recorded: RecordedAction, parentId: string, step: number): Span {
  const { action, decision, enforcement, finishedAt, settled } = recorded
  const outcome = outcomeOf(recorded)
  const isTool = action.kind === 'tool.call'
  const isModel = action.kind === 'model.generate'
  const { tokens, result, error } = outcome ?? {}
  return {
    id: action.id,
    parentId,
    type: spanType(recorded),
    executorName: action.executor,
    ...span(action.at, finishedAt),
    step,
    ...(isTool ? { toolName: action.target, toolArgs: action.arguments } : {}),
    ...(isModel ? { model: action.target } : {}),
    ...(isTool || isModel ? {} : { target: action.target, arguments: action.arguments }),
    ...(result === undefined ? {} : isTool ? { toolResult: result } : { output: result }),
    ...(isTool && outcome ? { toolIsError: outcome.status !== 'completed' } : {}),
    ...(tokens ? { tokens: { ...tokens, total: tokens.prompt + tokens.completion } } : {}),
    ...errorOf(error?.message, outcome?.status === 'failed' ? result : undefined),
    actionId: action.id,
    status: outcome?.status ?? statusWithout(recorded),
    ...(settled ? { settled: settled.as } : {}),
    origin: action.origin,
    enforcement,
    decision,
    ...(recorded.approvals.length === 0 ? {} : { approvals: recorded.approvals.map(spanApproval) }),
  }
}

function spanApproval({ approval, kind, state, answers }: Approval): SpanApproval {
  return {
    approval,
    kind,
    state,
    answers: answers.map(({ by, answer, at, note, proof }) => ({
      by,
      answer,
      at: time(at),
      ...(note === undefined ? {} : { note }),
      proof: proof.kind,
    })),
  }
}

const time = (at: number) => (Number.isFinite(new Date(at).getTime()) ? new Date(at).toISOString() : String(at))

function errorOf(message: string | undefined, failed: Json | undefined): { readonly error?: string } {
  if (message !== undefined) return { error: message }
  return failed === undefined ? {} : { error: resultWords(failed) }
}

function statusWithout({ decision }: RecordedAction): string {
  const statuses = { allow: 'in-flight', deny: 'denied', hold: 'pending', propose: 'proposed' } as const
  return statuses[decision.effect]
}

function spanType({ action }: RecordedAction): string {
  switch (action.kind) {
    case 'tool.call':
      return action.origin === 'mount' ? 'mount-hydration' : 'tool-call'
    case 'model.generate':
      return 'model-generation'
    case 'agent.delegate':
      return 'delegation'
    default:
      return action.kind.replace('.', '-')
  }
}

function span(from: number, to: number | undefined) {
  return {
    startedAt: time(from),
    ...(to === undefined ? {} : { endedAt: time(to), durationMs: Math.max(0, to - from) }),
  }
}
