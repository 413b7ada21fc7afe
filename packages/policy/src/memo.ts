import type { PinnedTool } from '@ecp/protocol'
import type { ArgumentCheck } from './arguments.ts'
import type { Plan } from './plan.ts'

/**
 * What was worked out for a policy: plans of pinned tools and checks of their arguments. It only saves time, and is
 * bounded: plans are dropped when there are too many, checks with the definition that they belong to.
 */
export interface Memo {
  plan(executor: string, target: string, pinned: PinnedTool, make: () => Plan): Plan
  check(pinned: PinnedTool, make: () => ArgumentCheck): ArgumentCheck
}

const most = 20_000

export function newMemo(): Memo {
  const plans = new Map<string, Map<string, { pinned: PinnedTool; plan: Plan }>>()
  const checks = new WeakMap<PinnedTool, ArgumentCheck>()
  let size = 0
  return {
    plan(executor, target, pinned, make) {
      const known = plans.get(executor)?.get(target)
      if (known?.pinned === pinned) return known.plan
      const plan = make()
      if (size >= most) {
        plans.clear()
        size = 0
      }
      const own = plans.get(executor) ?? new Map()
      if (!own.has(target)) size++
      plans.set(executor, own.set(target, { pinned, plan }))
      return plan
    },
    check(pinned, make) {
      const known = checks.get(pinned)
      if (known) return known
      const check = make()
      checks.set(pinned, check)
      return check
    },
  }
}
