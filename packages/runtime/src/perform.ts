import { type ActionRequest, type Answer, type PerformedKind, told } from '@ecp/host'
import { RuntimeError } from './error.ts'
import { holding } from './holding.ts'
import type { StepKind } from './progress.ts'
import type { Running } from './running.ts'

interface Step {
  readonly step: StepKind
  /** With the action's place in the run: what the same orchestration asks for at the same place has the same key, every time. */
  readonly request: ActionRequest<PerformedKind> & { readonly key: string }
  onText?(piece: string): void
}

/**
 * One action of a run, through the Gate. Throws only for what ends or pauses the run: it is cancelled, a person has to say yes, a
 * write may or may not have happened, or the run came back as another one. Everything else is the answer's to say.
 */
export async function perform(running: Running, { step, request, onText }: Step): Promise<Answer> {
  const { host, signal, emit } = running
  const { executor, target, key } = request
  if (running.stop.failure) throw running.stop.failure
  emit({ kind: 'step-started', executor, step, target, key })
  using time = running.time.step()
  using hold = holding(running, request, time)
  const answer = await host.gate.perform(request, {
    signal,
    ...(onText ? { onText } : {}),
    onLeft: (left) => emit({ kind: 'left', left }),
    hold: hold.options,
  })
  time.ends()
  const { decision, outcome, replayed, waiting } = answer
  const { status, tokens, costUsd } = outcome
  const used = { ...(tokens ? { tokens } : {}), ...(costUsd === undefined ? {} : { costUsd }) }
  const again = replayed ? { replayed } : {}
  emit({ kind: 'step-finished', executor, step, target, key, effect: decision.effect, status, ...used, ...again })
  if (signal.aborted) throw signal.reason
  if (decision.effect === 'hold' && !isRehearsed(answer)) {
    if (waiting !== undefined) running.waiting.push({ approval: waiting, executor, target })
    throw new RuntimeError('run.waiting', `executor \`${executor}\`: ${toldOf(answer)}`)
  }
  const stopped = stopOf(answer, executor)
  if (stopped) {
    running.stop.failure ??= stopped
    throw stopped
  }
  return answer
}

/** What stops the whole run: nothing more is begun in it, and what is in flight comes to its end. */
function stopOf({ actionId, target, decision, outcome }: Answer, executor: string): RuntimeError | undefined {
  if (outcome.status === 'unknown') {
    const why = outcome.error?.message ?? 'nobody knows whether it happened'
    const message = `executor \`${executor}\`: \`${target}\`: ${why}. Look at the server, then say what it did: \`ecp runs settle RUN ${actionId} --happened\`, \`--did-not-happen\` or \`--retry\``
    return new RuntimeError('run.unknown', message)
  }
  const reason = decision.reasons.find(({ code }) => code === 'run.diverged' || code === 'run.cancelled')
  if (reason?.code === 'run.diverged') {
    return new RuntimeError(
      'run.diverged',
      `the run came back as another one: executor \`${executor}\` asks for \`${target}\`, and ${reason.message}`,
    )
  }
  return reason ? new RuntimeError('run.cancelled', 'the run was cancelled') : undefined
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
  if (isRehearsed(answer)) {
    return new RuntimeError(
      'run.not-performed',
      `executor \`${executor}\` needs what comes of \`${answer.target}\`, which a dry run does not perform: it cannot show what follows`,
    )
  }
  const code = answer.decision.effect === 'allow' ? otherwise : 'run.denied'
  return new RuntimeError(code, `executor \`${executor}\`: ${toldOf(answer)}`)
}
