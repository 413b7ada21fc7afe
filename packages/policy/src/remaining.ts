import type { Action, Catalogue, Counters } from '@ecp/protocol'
import { part } from './buckets.ts'
import { readCounter } from './facts.ts'
import { planOf } from './plan.ts'
import type { Policy } from './policy.ts'
import { isAction } from './well-formed.ts'

/** What is left of the budgets of a run. What no limit holds for this kind of action is missing. */
export interface Remaining {
  readonly toolCalls?: number
  readonly tokens?: number
  readonly costUsd?: number
  readonly runtimeMs?: number
}

const parts = {
  'budget.tool-calls': 'toolCalls',
  'budget.tokens': 'tokens',
  'budget.cost': 'costUsd',
  'budget.runtime': 'runtimeMs',
} as const satisfies Record<string, keyof Remaining>

/**
 * What the run as a whole could still use when this action was decided, before it took anything: the least over the limits of the
 * executor that all others are below, those of the run, and those of the principal's day. For whoever watches; it decides nothing.
 */
export function remainingOfRun(policy: Policy, catalogue: Catalogue, values: Counters, action: Action): Remaining {
  const plan = isAction(action) ? planOf(policy, catalogue, action) : undefined
  const below = (plan?.executor.lineage ?? []).slice(0, -1).map(({ data }) => `executor:${part(data.name)}:`)
  const least: { -readonly [K in keyof Remaining]: Remaining[K] } = {}
  for (const { code, name, limit } of plan?.budgets ?? []) {
    if (!isPart(code) || below.some((scope) => name.startsWith(scope))) continue
    const left = Math.max(0, limit - (readCounter(values, name) ?? limit))
    least[parts[code]] = Math.min(left, least[parts[code]] ?? left)
  }
  return least
}

function isPart(code: string): code is keyof typeof parts {
  return Object.hasOwn(parts, code)
}
