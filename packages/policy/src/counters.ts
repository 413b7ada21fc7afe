import { type Action, type Catalogue, type CounterQuery, type Counters, usageName } from '@ecp/protocol'
import * as buckets from './buckets.ts'
import { readCounter } from './facts.ts'
import { planOf } from './plan.ts'
import type { Policy } from './policy.ts'
import { isAction } from './well-formed.ts'

/** The counters that deciding about this action looks at, each once by name. */
export function counters(policy: Policy, catalogue: Catalogue, action: Action): CounterQuery[] {
  if (!isAction(action)) return []
  const queries: CounterQuery[] = [
    { name: 'frozen', bucket: buckets.frozen, kind: 'total' },
    { name: 'run.cancelled', bucket: buckets.runFact(action, 'cancelled'), kind: 'total' },
    { name: 'run.unknown', bucket: buckets.runFact(action, 'unknown'), kind: 'total' },
    { name: 'run.diverged', bucket: buckets.runFact(action, 'diverged'), kind: 'total' },
  ]
  const plan = planOf(policy, catalogue, action)
  if (plan === undefined) return queries
  for (const { name, bucket, code, windowMs } of plan.budgets) {
    const kind = code === 'budget.runtime' ? 'busy' : 'total'
    queries.push({ name, bucket: bucket(action), kind, ...(windowMs !== undefined && { windowMs }) })
  }
  for (const reference of plan.reads) {
    const name = usageName(reference)
    queries.push({ name, bucket: buckets.own(action, buckets.usage(name)), kind: 'total' })
  }
  return queries
}

/**
 * Milliseconds until the first runtime limit that holds for this action is reached, 0 when one is, `undefined` where none
 * holds. What is in flight by then is to be aborted.
 */
export function remainingRuntimeMs(
  policy: Policy,
  catalogue: Catalogue,
  values: Counters,
  action: Action,
): number | undefined {
  const plan = isAction(action) ? planOf(policy, catalogue, action) : undefined
  let least: number | undefined
  for (const { code, name, limit } of plan?.budgets ?? []) {
    if (code !== 'budget.runtime') continue
    const left = Math.max(0, limit - (readCounter(values, name) ?? limit))
    if (least === undefined || left < least) least = left
  }
  return least
}
