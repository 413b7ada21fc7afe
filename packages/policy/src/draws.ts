import {
  type Action,
  type Catalogue,
  type Decision,
  type Draw,
  isJsonObject,
  type Outcome,
  type UsageReference,
  usageName,
} from '@ecp/protocol'
import { amountOf, argumentNumber, costOf, modelTokens } from './amounts.ts'
import * as buckets from './buckets.ts'
import { type Budget, toolKinds } from './budgets.ts'
import { factsOf } from './facts.ts'
import { type Plan, planOf } from './plan.ts'
import type { Policy } from './policy.ts'
import { isAction } from './well-formed.ts'

/**
 * What a decided action takes from which bucket, each bucket once: an allowed one from every budget that holds for it and
 * from the counters that conditions look at; a denied one from those of denials; a hold or a proposal takes nothing.
 */
export function draws(policy: Policy, catalogue: Catalogue, action: Action, decision: Decision): Draw[] {
  const plan = isAction(action) ? planOf(policy, catalogue, action) : undefined
  if (plan === undefined) return []
  const found = new Map<string, Draw>()
  const add = (kind: Draw['kind'], bucket: string, amount: number) =>
    found.set(`${kind} ${bucket}`, { kind, bucket, amount })
  if (decision.effect === 'deny') {
    for (const budget of plan.budgets) if (budget.code === 'budget.denials') add('count', budget.bucket(action), 1)
    if (plan.executor.totals.some(({ kind }) => kind === 'denials')) add('count', own(action, { kind: 'denials' }), 1)
  }
  if (decision.effect === 'allow') {
    drawBudgets(policy, plan, action, add)
    drawUsage(plan, action, add)
  }
  return [...found.values()]
}

/** Of what an action takes, what counts in its own run alone: a rehearsed one has used nothing that others share. */
export function withinRun(action: Action, taken: readonly Draw[]): Draw[] {
  return taken.filter(({ bucket }) => buckets.isOfRun(action, bucket))
}

/** What a model turn really used. */
export interface Used {
  /** From the buckets that it reserved of. */
  readonly draws: readonly Draw[]
  /** US dollars, where the wiring has prices for the model. */
  readonly costUsd?: number
}

/** What an allowed model turn used, by the tokens that the provider counted: to settle what was reserved. */
export function used(
  policy: Policy,
  catalogue: Catalogue,
  action: Action,
  decision: Decision,
  { prompt, completion }: NonNullable<Outcome['tokens']>,
): Used {
  const asked = isJsonObject(action.arguments) ? action.arguments : {}
  const turn = { ...action, arguments: { ...asked, estimatedPromptTokens: prompt, maxOutputTokens: completion } }
  const cost = costOf(policy, turn)
  return {
    draws: draws(policy, catalogue, turn, decision).filter(({ kind }) => kind === 'reserve'),
    ...(cost.ok ? { costUsd: cost.amount } : {}),
  }
}

type Add = (kind: Draw['kind'], bucket: string, amount: number) => void

function drawBudgets(policy: Policy, plan: Plan, action: Action, add: Add): void {
  // A sum looks at no counter, so that it comes to the same here as in the decision.
  const facts = factsOf(policy, {}, action)
  for (const budget of plan.budgets) {
    if (budget.code === 'budget.denials') continue
    const taken = amountOf(policy, budget, action, facts)
    add(drawKind(budget), budget.bucket(action), taken.ok ? taken.amount : 0)
  }
}

function drawKind({ code, amount }: Budget): Draw['kind'] {
  if (code === 'budget.runtime') return 'busy'
  return amount === 'tokens' || amount === 'cost' ? 'reserve' : 'count'
}

function drawUsage(plan: Plan, action: Action, add: Add): void {
  for (const { kind } of plan.executor.totals) {
    if (kind === 'toolCalls' && toolKinds.includes(action.kind)) add('count', own(action, { kind }), 1)
    const { prompt, completion } = modelTokens(action)
    if (kind === 'tokens' && action.kind === 'model.generate')
      add('reserve', own(action, { kind }), prompt + completion)
  }
  for (const reference of plan.moves)
    if (reference.kind === 'calls') add('count', own(action, reference), 1)
    else if (reference.kind === 'sum') add('count', own(action, reference), argumentNumber(action, reference.field))
}

const own = (action: Action, reference: UsageReference): string =>
  buckets.own(action, buckets.usage(usageName(reference)))
