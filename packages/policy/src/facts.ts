import type { Action, Counters, Facts } from '@ecp/protocol'
import type { Policy } from './policy.ts'

/** What conditions see of an action. A counter that is missing has no value, so that what looks at it is an error. */
export function factsOf(policy: Policy, counters: Counters, action: Action): Facts {
  return {
    args: action.arguments,
    inputs: policy.data.inputs,
    action: { kind: action.kind, target: action.target, origin: action.origin },
    executor: action.executor,
    principal: action.principal,
    usage: (name) => readCounter(counters, name) ?? Number.NaN,
    now: action.at,
  }
}

/** A counter's value, or `undefined` when it was not read or is no finite number. */
export function readCounter(counters: Counters, name: string): number | undefined {
  const value: unknown = counters?.[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
