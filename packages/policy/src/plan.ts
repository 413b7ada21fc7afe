import type { Action, Acts, ApprovalTerms, Catalogue, PinnedTool, Reason, UsageReference } from '@ecp/protocol'
import { type ArgumentCheck, argumentCheck } from './arguments.ts'
import { type Budget, budgetsOf } from './budgets.ts'
import { toolNames } from './kinds/names.ts'
import { otherStages } from './kinds/other.ts'
import { questionTerms } from './kinds/question.ts'
import { pinnedTool, toolStages } from './kinds/tool.ts'
import { type ExecutorView, type Policy, type ToolEntry, unique } from './policy.ts'
import { type WriteAnswer, writeAnswer } from './writes.ts'

/** What the two stages say about a target, before arguments and counters are looked at. */
export interface Stages {
  readonly acts: Acts
  readonly reasons: readonly Reason[]
  /** Allow entries with a condition that fit the target; those without one are among the reasons. */
  readonly allow: readonly ToolEntry[]
  /** Deny entries that fit: one that holds, or cannot be evaluated, denies. */
  readonly deny: readonly ToolEntry[]
  /** Whether one of `allow` has to hold, because nothing else allows. One that holds is enough. */
  readonly alternatives: boolean
  /** What write controls know the target as. */
  readonly subject: string
  /** Other names of it that write controls may use. */
  readonly alsoNamed?: readonly string[]
}

/** Everything that is decided about an action before its arguments and counters are known. */
export interface Plan extends Stages {
  readonly executor: ExecutorView
  readonly pinned: PinnedTool | undefined
  /** The check of the pinned tool's arguments. Compiled when it is first asked for. */
  check(): ArgumentCheck | undefined
  readonly writes: WriteAnswer
  /** Of a question to a person: who may answer it. */
  readonly question?: ApprovalTerms
  readonly budgets: readonly Budget[]
  /** Counters that conditions of this plan look at. */
  readonly reads: readonly UsageReference[]
  /** Counters that conditions of the executor look at, and that this action moves when it is allowed. */
  readonly moves: readonly UsageReference[]
}

/** The plan for an action, or `undefined` for an unknown executor. Plans of pinned tools are kept. */
export function planOf(
  policy: Policy,
  catalogue: Catalogue,
  action: Pick<Action, 'executor' | 'kind' | 'target'>,
): Plan | undefined {
  const executor = policy.executors.get(action.executor)
  if (executor === undefined) return undefined
  const { kind, target } = action
  if (kind === 'tool.call') return toolPlan(policy, catalogue, executor, target)
  return complete(policy, executor, action, undefined, otherStages(policy, executor, kind, target))
}

export function toolPlan(policy: Policy, catalogue: Catalogue, executor: ExecutorView, target: string): Plan {
  const pinned = pinnedTool(catalogue, target)
  const make = () =>
    complete(policy, executor, { kind: 'tool.call', target }, pinned, toolStages(policy, executor, target, pinned))
  return pinned === undefined ? make() : policy.memo.plan(executor.data.name, target, pinned, make)
}

const nothing: WriteAnswer = { reasons: [] }

function complete(
  policy: Policy,
  executor: ExecutorView,
  action: Pick<Action, 'kind' | 'target'>,
  pinned: PinnedTool | undefined,
  stages: Stages,
): Plan {
  const budgets = budgetsOf(policy, executor, action.kind, action.target)
  const conditions = [
    ...[...stages.allow, ...stages.deny].map((entry) => entry.when?.condition),
    ...budgets.map((budget) => budget.tool?.sum?.condition),
  ]
  const question = action.kind === 'human.ask' ? questionTerms(policy, executor, action.target) : undefined
  return {
    ...stages,
    ...(question ? { question } : {}),
    executor,
    pinned,
    check: () => pinned && argumentCheck(pinned),
    writes: stages.acts === 'write' ? writeAnswer(policy, executor, stages.subject, stages.alsoNamed) : nothing,
    budgets,
    reads: unique(conditions.flatMap((condition) => condition?.usage ?? [])),
    moves: unique(toolNames(action.kind, action.target).flatMap((name) => executor.usage.find(name, true))),
  }
}
