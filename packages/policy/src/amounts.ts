import { type Action, type Facts, isJsonObject } from '@ecp/protocol'
import type { Budget } from './budgets.ts'
import type { Policy } from './policy.ts'

/** How much an action takes from a budget, or why that cannot be said. */
export type Taken = { readonly ok: true; readonly amount: number } | { readonly ok: false; readonly why: string }

const taken = (amount: number): Taken => ({ ok: true, amount })

export function amountOf(policy: Policy, budget: Budget, action: Action, facts: Facts): Taken {
  switch (budget.amount) {
    case 'none':
      return taken(0)
    case 'one':
      return taken(1)
    case 'tokens': {
      const { prompt, completion } = modelTokens(action)
      return taken(prompt + completion)
    }
    case 'cost':
      return costOf(policy, action)
    case 'sum':
      return sum(budget, facts)
  }
}

/** Tokens that a model turn says it may use: `estimatedPromptTokens` and `maxOutputTokens` of its arguments; 0 where it does not say. */
export function modelTokens(action: Action): { readonly prompt: number; readonly completion: number } {
  if (action.kind !== 'model.generate') return { prompt: 0, completion: 0 }
  return {
    prompt: argumentNumber(action, 'estimatedPromptTokens'),
    completion: argumentNumber(action, 'maxOutputTokens'),
  }
}

/** A number of the arguments, by its dotted path; 0 where there is none that is finite and above 0. */
export function argumentNumber(action: Action, path: string): number {
  let value: unknown = action.arguments
  for (const key of path.split('.')) value = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0
}

/** US dollars that a model turn may cost at most, by the prices in the wiring. */
export function costOf(policy: Policy, action: Action): Taken {
  const slash = action.target.indexOf('/')
  const prices = policy.providers.get(action.target.slice(0, Math.max(slash, 0)))?.wiring.prices ?? {}
  const model = action.target.slice(slash + 1)
  const price = Object.hasOwn(prices, model) ? prices[model] : undefined
  if (price === undefined) return { ok: false, why: `there is no price for \`${action.target}\`` }
  const { prompt, completion } = modelTokens(action)
  return taken((prompt * price.inputUsdPerMillion + completion * price.outputUsdPerMillion) / 1_000_000)
}

function sum(budget: Budget, facts: Facts): Taken {
  const of = budget.tool?.sum
  if (of === undefined) return { ok: false, why: 'there is nothing to add up' }
  if (of.condition === undefined) return { ok: false, why: `its sum is no expression: ${of.broken}` }
  const result = of.condition.evaluate(facts)
  if (!result.ok) return { ok: false, why: `its sum cannot be evaluated: ${result.error}` }
  if (typeof result.value !== 'number' || result.value < 0) return { ok: false, why: 'its sum is below 0' }
  return taken(result.value)
}
