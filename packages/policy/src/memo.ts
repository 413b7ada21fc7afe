import type { PinnedTool } from '@ecp/protocol'
import type { Plan } from './plan.ts'

/**
 * Plans of pinned tools that were worked out for a policy. It only saves time, and is bounded: it is emptied when it is
 * full.
 */
export interface Memo {
  plan(executor: string, target: string, pinned: PinnedTool, make: () => Plan): Plan
}

const most = 20_000

export function newMemo(): Memo {
  const plans = new Map<string, Map<string, { pinned: PinnedTool; plan: Plan }>>()
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
  }
}
