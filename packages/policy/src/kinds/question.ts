import { type ApprovalTerms, milliseconds, type PersonAnswer, type Reason } from '@ecp/protocol'
import type { ExecutorView, Policy } from '../policy.ts'
import { reason } from '../reason.ts'

const day = 86_400_000

/** A question to a person: asked by a `human` executor, or by the parent of the one that the target names. */
export function questionReasons(policy: Policy, executor: ExecutorView, target: string): Reason[] {
  const asked = askedExecutor(policy, executor, target)
  if (asked) {
    const message = `executor \`${asked.data.name}\` is a question to a person`
    return [reason('context.question-allowed', 'context', message, asked.policies.at())]
  }
  const message = `executor \`${executor.data.name}\` is not of type human, and \`${target}\` names no child that is`
  return [reason('context.delegate-not-allowed', 'context', message, executor.policies.at())]
}

/** Who may answer a question, and how long it waits; undefined where nobody is asked. */
export function questionTerms(policy: Policy, executor: ExecutorView, target: string): ApprovalTerms | undefined {
  const asked = askedExecutor(policy, executor, target)
  if (!asked) return undefined
  const { assignee, expiresAfter } = asked.data.ask ?? {}
  const given = milliseconds(expiresAfter ?? '')
  return {
    expiresAfter: Number.isFinite(given) ? given : day,
    approvers: assignee === undefined ? [] : [assignee],
    quorum: 1,
  }
}

/** A question waits until a person has answered it. INVARIANT: an answer lifts the waiting, and a refusal denies; nothing else counts. */
export function answeredQuestion(target: string, answers: readonly PersonAnswer[]): Reason {
  if (answers.some(({ kind }) => kind === 'refusal'))
    return reason('question.refused', 'run', 'a person said no to exactly this question')
  if (answers.some(({ kind }) => kind === 'answer'))
    return reason('question.answered', 'run', 'a person answered exactly this question')
  return reason('question.unanswered', 'run', `\`${target}\` waits for the answer of a person`)
}

function askedExecutor(policy: Policy, executor: ExecutorView, target: string): ExecutorView | undefined {
  if (executor.data.type === 'human') return executor
  const named = policy.executors.get(target)
  return named?.data.type === 'human' && named.data.parent === executor.data.name ? named : undefined
}
