import { type ApprovalTerms, milliseconds, type PersonAnswer, type Reason } from '@ecp/protocol'
import { notListed } from '../host/areas.ts'
import type { ExecutorView, Policy } from '../policy.ts'
import { reason } from '../reason.ts'

const day = 86_400_000

/**
 * A question to a person: asked by a `human` executor, or by the parent of the one that the target names; or what an agent elsewhere
 * asks, by the executor that it works as, where that has `ask` and the host an endpoint of its name.
 */
export function questionReasons(policy: Policy, executor: ExecutorView, target: string): Reason[] {
  const asked = askedExecutor(policy, executor, target)
  if (asked) {
    const { name } = asked.data
    const isOwn = asked.data.type === 'human'
    const message = isOwn
      ? `executor \`${name}\` is a question to a person`
      : `what the agent elsewhere that works as \`${name}\` asks goes to a person`
    const against = isOwn ? [] : notListed(policy, 'agents', 'allowEndpoints', name, 'host.endpoint-not-allowed')
    return [reason('context.question-allowed', 'context', message, asked.policies.at()), ...against]
  }
  const message = `executor \`${executor.data.name}\` is not of type human, \`${target}\` names no child that is, and no agent elsewhere may ask as it`
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
  if (executor.data.name === target && asksElsewhere(policy, executor)) return executor
  const named = policy.executors.get(target)
  return named?.data.type === 'human' && named.data.parent === executor.data.name ? named : undefined
}

/** INVARIANT: without `ask` in the Context nobody is asked for an agent elsewhere; one that runs here asks nobody. */
function asksElsewhere({ endpoints }: Policy, { data: { type, name, remote, ask } }: ExecutorView): boolean {
  return type === 'agent' && remote && ask !== undefined && endpoints.has(name)
}
