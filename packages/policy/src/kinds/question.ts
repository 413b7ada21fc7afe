import type { Reason } from '@ecp/protocol'
import type { ExecutorView, Policy } from '../policy.ts'
import { reason } from '../reason.ts'

/** A question to a person: asked by a `human` executor, or by the parent of the one that the target names. */
export function questionReasons(policy: Policy, executor: ExecutorView, target: string): Reason[] {
  const asked = executor.data.type === 'human' ? executor : policy.executors.get(target)
  if (asked?.data.type === 'human' && (asked === executor || asked.data.parent === executor.data.name)) {
    const message = `executor \`${asked.data.name}\` is a question to a person`
    return [reason('context.question-allowed', 'context', message, asked.policies.at())]
  }
  const message = `executor \`${executor.data.name}\` is not of type human, and \`${target}\` names no child that is`
  return [reason('context.delegate-not-allowed', 'context', message, executor.policies.at())]
}
