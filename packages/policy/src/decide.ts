import {
  type Action,
  type Acts,
  type Catalogue,
  type Counters,
  codes,
  type Decision,
  type Enforcement,
  type Facts,
  maxArgumentBytes,
  type PersonAnswer,
  type Reason,
  usageName,
} from '@ecp/protocol'
import { amountOf } from './amounts.ts'
import { allowsByItself, answered } from './answers.ts'
import { kindEffects, toolEffect } from './effect.ts'
import { factsOf, readCounter } from './facts.ts'
import { performerReasons } from './host/servers.ts'
import { answeredQuestion } from './kinds/question.ts'
import { allowedBy, pinnedTool } from './kinds/tool.ts'
import { holdsSecretMarker } from './marker.ts'
import { type Plan, planOf } from './plan.ts'
import type { Policy, ToolEntry } from './policy.ts'
import { inOrder, reason, strictest } from './reason.ts'
import { runFacts } from './run-facts.ts'
import { isAction } from './well-formed.ts'

/** What a decision knows beside the action and the counters. */
export interface Circumstances {
  /** Who will do it; ECP itself where nobody says. */
  readonly enforcement?: Enforcement
  /** What people have said of exactly this action, checked by whoever says it here. */
  readonly answers?: readonly PersonAnswer[]
}

/**
 * The policy decision point (decisions.md): looks at every rule, gathers every reason, and the strictest effect wins:
 * deny > propose > hold > allow; no reason to allow is a deny. The same inputs give the same bytes. Anything that is not
 * as it should be (an unknown executor, a missing counter, a value of the wrong kind) is a deny; it does not throw.
 */
export function decide(
  policy: Policy,
  catalogue: Catalogue,
  counters: Counters,
  action: Action,
  { enforcement = 'performed', answers = [] }: Circumstances = {},
): Decision {
  if (!isAction(action))
    return denied(policy, 'write', [reason('context.arguments-invalid', 'run', 'this is not a well-formed action')])
  const plan = planOf(policy, catalogue, action)
  const reasons = aboutRun(counters)
  if (plan === undefined) {
    const message = `the Context has no executor \`${action.executor}\``
    return denied(policy, acts(policy, catalogue, action), [
      ...reasons,
      reason('context.executor-unknown', 'context', message),
    ])
  }
  for (const found of plan.reasons) reasons.push(found)
  // Another program that asks a person has the answer itself.
  if (plan.question && enforcement !== 'authorized') reasons.push(answeredQuestion(action.target, answers))
  for (const found of answered(plan.writes, { action, policyDigest: policy.digest }, answers)) reasons.push(found)
  for (const found of performerReasons(policy, action, enforcement)) reasons.push(found)
  const mostBytes = maxArgumentBytes(action.kind)
  if (!(action.size <= mostBytes)) {
    const message = `the arguments are over ${mostBytes} bytes`
    reasons.push(reason('arguments.too-large', 'run', message))
  } else {
    const facts = factsOf(policy, counters, action)
    aboutArguments(plan, action, reasons)
    aboutLists(plan, facts, reasons)
    aboutBudgets(policy, plan, counters, action, facts, reasons)
  }
  aboutCounters(plan, counters, reasons)
  return complete(policy, plan, reasons)
}

function aboutRun(counters: Counters): Reason[] {
  const reasons: Reason[] = []
  for (const { name, code, message } of runFacts) {
    const value = readCounter(counters, name)
    if (value === undefined) reasons.push(unread(name))
    else if (value > 0) reasons.push(reason(code, 'run', message))
  }
  return reasons
}

const unread = (name: string): Reason =>
  reason('ledger.unavailable', 'run', `the counter \`${name}\` was not read from the ledger`)

function aboutArguments(plan: Plan, action: Action, reasons: Reason[]): void {
  if (holdsSecretMarker(action.arguments) || (action.extra !== undefined && holdsSecretMarker(action.extra)))
    reasons.push(reason('secret.in-arguments', 'run', 'the arguments hold the value of a secret, or stand for one'))
  const fault = plan.check()?.(action.arguments)
  if (fault !== undefined)
    reasons.push(reason('context.arguments-invalid', 'run', `the arguments do not fit \`${action.target}\`: ${fault}`))
}

/** Conditions: on an allow entry what cannot be evaluated is false, on a deny entry it is true. */
function aboutLists(plan: Plan, facts: Facts, reasons: Reason[]): void {
  const against: Reason[] = []
  let allowed = false
  for (const entry of plan.allow) {
    const result = evaluate(entry, facts)
    if (result === true) {
      allowed = true
      reasons.push(allowedBy(facts.action.target, entry))
    } else if (result === false)
      against.push(reason('context.condition-false', 'context', `\`${entry.when?.source}\` does not hold`, entry.at))
    else against.push(conditionError(entry, result))
  }
  if (plan.alternatives && !allowed) for (const found of against) reasons.push(found)
  for (const entry of plan.deny) {
    const result = entry.when === undefined ? true : evaluate(entry, facts)
    if (result === true) {
      const because = entry.when === undefined ? '' : `, and \`${entry.when.source}\` holds`
      const message = `\`${facts.action.target}\` fits \`${entry.pattern}\` on the deny list${because}`
      reasons.push(reason('context.tool-denied', 'context', message, entry.at))
    } else if (result !== false) reasons.push(conditionError(entry, result))
  }
}

/** Whether an entry's condition holds, or why that cannot be said. */
function evaluate(entry: ToolEntry, facts: Facts): boolean | string {
  if (entry.when?.condition === undefined) return entry.when?.broken ?? 'it has no condition'
  const result = entry.when.condition.evaluate(facts)
  return result.ok ? result.value === true : result.error
}

const conditionError = (entry: ToolEntry, why: string): Reason =>
  reason('context.condition-error', 'context', `\`${entry.when?.source}\` cannot be evaluated: ${why}`, entry.at)

function aboutBudgets(
  policy: Policy,
  plan: Plan,
  counters: Counters,
  action: Action,
  facts: Facts,
  reasons: Reason[],
): void {
  for (const budget of plan.budgets) {
    const used = readCounter(counters, budget.name)
    if (used === undefined) continue
    const taken = amountOf(policy, budget, action, facts)
    if (!taken.ok) reasons.push(reason(budget.code, budget.layer, taken.why, budget.rule))
    // What costs nothing may still happen under a sum that is used up; a turn that does not say its tokens may not.
    else if ((budget.amount !== 'sum' && used >= budget.limit) || used + taken.amount > budget.limit) {
      const message = `the limit of ${budget.limit} ${budget.what} is ${used >= budget.limit ? 'used up' : 'too small for this'}`
      reasons.push(reason(budget.code, budget.layer, message, budget.rule))
    }
  }
}

function aboutCounters(plan: Plan, counters: Counters, reasons: Reason[]): void {
  for (const { name } of plan.budgets) if (readCounter(counters, name) === undefined) reasons.push(unread(name))
  for (const reference of plan.reads) {
    const name = usageName(reference)
    if (readCounter(counters, name) === undefined) reasons.push(unread(name))
  }
}

function complete(policy: Policy, plan: Plan, reasons: Reason[]): Decision {
  let speaksFor = false
  let speaksAgainst = false
  for (const { code } of reasons) {
    if (codes[code] === 'allow') speaksFor ||= allowsByItself(code)
    else if (codes[code] === 'deny') speaksAgainst = true
  }
  if (!speaksFor && !speaksAgainst) {
    const message = `nothing allows \`${plan.subject}\``
    reasons.push(reason('context.tool-not-allowed', 'context', message, plan.executor.policies.at()))
  }
  const effect = strictest(reasons)
  const decision = { effect, acts: plan.acts, reasons: inOrder(reasons), policyDigest: policy.digest }
  const asks = effect === 'hold' || effect === 'propose'
  const approval = plan.writes.approval ?? plan.question
  return asks && approval ? { ...decision, approval } : decision
}

function denied(policy: Policy, acting: Acts, reasons: readonly Reason[]): Decision {
  return { effect: 'deny', acts: acting, reasons: inOrder(reasons), policyDigest: policy.digest }
}

/** Whether a person may have to approve this action first, as far as its target says. */
export function mayNeedApproval(policy: Policy, catalogue: Catalogue, action: Action): boolean {
  const plan = isAction(action) ? planOf(policy, catalogue, action) : undefined
  return plan?.writes.approval !== undefined || plan?.question !== undefined
}

/** Whether an action reads or writes. What is not known writes. */
export function acts(policy: Policy, catalogue: Catalogue, action: Action): Acts {
  if (!isAction(action)) return 'write'
  if (action.kind !== 'tool.call') return kindEffects[action.kind]
  const executor = policy.executors.get(action.executor)
  return toolEffect(policy, executor, action.target, pinnedTool(catalogue, action.target)).acts
}
