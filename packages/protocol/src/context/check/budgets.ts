import type { Fault } from '../../document/diagnostic.ts'
import type { Path } from '../../document/document.ts'
import type { Budgets } from '../policies.ts'
import type { Scope } from './scope.ts'

/** Milliseconds that a timer takes at most (2^31 - 1): one above it would fire at once. */
const maxTimerMs = 2_147_483_647

/** That each budget per tool limits something: a `sum` with its `max`, a number of calls, or both. */
export function* checkBudgets({ context, executors }: Scope): Iterable<Fault> {
  yield* checkTime(context.orchestration?.defaults?.timeoutMs, 1, ['orchestration', 'defaults', 'timeoutMs'])
  for (const { executor, path } of executors) {
    const seconds = executor.policies?.budgets?.maxRuntimeSeconds
    yield* checkTime(seconds, 1_000, [...path, 'policies', 'budgets', 'maxRuntimeSeconds'])
    const perTool = executor.policies?.budgets?.perTool ?? {}
    for (const [tool, limits] of Object.entries(perTool)) {
      yield* checkLimits(tool, limits, [...path, 'policies', 'budgets', 'perTool', tool])
    }
  }
}

function* checkTime(value: number | undefined, unit: 1 | 1_000, path: Path): Iterable<Fault> {
  const most = Math.floor(maxTimerMs / unit)
  if (value === undefined || value <= most) return
  const message = `\`${path.at(-1)}\` cannot be more than ${most}`
  yield { code: 'wrong-value', path, message, expected: [`at most ${most}`] }
}

function* checkLimits(tool: string, limits: NonNullable<Budgets['perTool']>[string], path: Path): Iterable<Fault> {
  const { maxCalls, sum, max } = limits
  if (sum !== undefined && max === undefined) {
    const message = `the budget of \`${tool}\` adds up \`sum\` and has no \`max\` that it is held to`
    yield { code: 'missing-key', path: [...path, 'sum'], on: 'key', message, expected: ['max: a number'] }
  } else if (max !== undefined && sum === undefined) {
    const message = `the budget of \`${tool}\` has a \`max\` and no \`sum\` that it is held against`
    const expected = ['sum: a number in CEL, such as args.amount', 'maxCalls: a number of calls']
    yield { code: 'missing-key', path: [...path, 'max'], on: 'key', message, expected }
  } else if (maxCalls === undefined && sum === undefined) {
    const message = `the budget of \`${tool}\` limits nothing`
    yield {
      code: 'missing-key',
      path: [...path, 'maxCalls'],
      on: 'key',
      message,
      expected: ['maxCalls', 'sum and max'],
    }
  }
}
