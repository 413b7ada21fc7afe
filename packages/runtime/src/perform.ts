import { type ActionRequest, type Answer, type PerformedKind, told } from '@ecp/host'
import { RuntimeError } from './error.ts'
import { holding } from './holding.ts'
import type { StepKind } from './progress.ts'
import type { Running } from './running.ts'

interface Step {
  readonly step: StepKind
  readonly request: ActionRequest<PerformedKind>
  onText?(piece: string): void
}

/**
 * One action of a run, through the Gate. Throws only for what ends the run: it is cancelled, or a write may or may not have
 * happened. Everything else is the answer's to say.
 */
export async function perform(running: Running, { step, request, onText }: Step): Promise<Answer> {
  const { host, signal, emit } = running
  const { executor, target, key = '' } = request
  emit({ kind: 'step-started', executor, step, target, key })
  using hold = holding(running, request)
  const answer = await host.gate.perform(request, {
    signal,
    ...(onText ? { onText } : {}),
    onLeft: (left) => emit({ kind: 'left', left }),
    hold: hold.options,
  })
  const { decision, outcome } = answer
  const { status, tokens, costUsd } = outcome
  const used = { ...(tokens ? { tokens } : {}), ...(costUsd === undefined ? {} : { costUsd }) }
  emit({ kind: 'step-finished', executor, step, target, key, effect: decision.effect, status, ...used })
  if (signal.aborted) throw signal.reason
  if (status === 'unknown') {
    throw new RuntimeError(
      'run.unknown',
      `executor \`${executor}\`: ${toldOf(answer)} Look at the server, then run it again.`,
    )
  }
  return answer
}

/** What is said of an action that gave nothing. */
export function toldOf(answer: Answer): string {
  return told(answer, true).text
}

/** Whether it was only decided, because this is a dry run. */
export function isRehearsed({ outcome }: Answer): boolean {
  return outcome.status === 'rehearsed'
}

/** The failure that an action without a result is for an executor which cannot go on without it. */
export function failureOf(
  answer: Answer,
  executor: string,
  otherwise: 'run.model-failed' | 'run.tool-failed' | 'run.mount-failed' | 'run.agent-failed',
): RuntimeError {
  const { effect } = answer.decision
  if (isRehearsed(answer)) {
    return new RuntimeError(
      'run.not-performed',
      `executor \`${executor}\` needs what comes of \`${answer.target}\`, which a dry run does not perform: it cannot show what follows`,
    )
  }
  const code = effect === 'allow' ? otherwise : effect === 'hold' ? 'run.waiting' : 'run.denied'
  return new RuntimeError(code, `executor \`${executor}\`: ${toldOf(answer)}`)
}
