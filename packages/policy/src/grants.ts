import {
  type Action,
  type ApprovalTerms,
  type Condition,
  compileGrantCondition,
  type GrantAnswer,
  isJsonObject,
  maxGrantUses,
} from '@ecp/protocol'

/**
 * Whether a grant is for this action: its tool, executor, principal, run and policy, its time, a use that is left, and its
 * condition, which does not hold where it cannot be evaluated. `needs`: the terms of an approval of the action; nobody's word
 * holds longer than they say. Whose signatures it bears is for whoever gives it to a decision.
 */
export function grantFits(
  { id, terms, used }: GrantAnswer,
  action: Action,
  policyDigest: string,
  { expiresAfter }: ApprovalTerms,
): boolean {
  if (typeof id !== 'string' || !isJsonObject(terms) || !Number.isSafeInteger(used) || used < 0) return false
  return (
    action.kind === 'tool.call' &&
    action.origin !== 'operator' &&
    terms.target === action.target &&
    terms.executor === action.executor &&
    terms.principal === action.principal &&
    (terms.run === undefined || terms.run === action.run) &&
    terms.policyDigest === policyDigest &&
    Number.isSafeInteger(terms.uses) &&
    used < Math.min(terms.uses, maxGrantUses) &&
    terms.from <= action.at &&
    action.at < Math.min(terms.until, terms.from + expiresAfter) &&
    typeof terms.condition === 'string' &&
    holds(terms.condition, action)
  )
}

function holds(source: string, { kind, target, origin, arguments: args, executor, principal, at }: Action): boolean {
  const condition = conditionOf(source)
  if (condition === undefined) return false
  // It can look at `args` only.
  const action = { kind, target, origin }
  const facts = { args, inputs: {}, action, executor, principal, usage: () => Number.NaN, now: at }
  const result = condition.evaluate(facts)
  return result.ok && result.value === true
}

const most = 200
/** Conditions that were compiled before. It only saves time, and is emptied when it is full. */
const known = new Map<string, Condition | undefined>()

function conditionOf(source: string): Condition | undefined {
  if (known.has(source)) return known.get(source)
  const compiled = compileGrantCondition(source)
  const condition = compiled.ok ? compiled.condition : undefined
  if (known.size >= most) known.clear()
  known.set(source, condition)
  return condition
}
