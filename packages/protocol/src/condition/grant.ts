import type { GrantTerms } from '../grant.ts'
import { maxGrantUses } from '../grant.ts'
import { type Compiled, compileCondition } from './condition.ts'

/**
 * Compiles a grant's condition. It may look at `args` and nothing else, so that what a person reads in it is all that it
 * depends on: not at inputs, counters or the time.
 */
export function compileGrantCondition(source: string): Compiled {
  const compiled = compileCondition(source, 'bool')
  if (!compiled.ok) return compiled
  const other = [...compiled.condition.variables].find((name) => name !== 'args')
  if (other === undefined) return compiled
  return { ok: false, error: `a grant's condition can look at \`args\` only, not at \`${other}\`` }
}

/** What is wrong with a grant's terms, in words; undefined for terms that can be given. */
export function grantProblem(terms: GrantTerms): string | undefined {
  const { target, condition, uses, from, until } = terms
  const colon = target.indexOf(':')
  if (colon <= 0 || colon === target.length - 1) return 'its target is no `server:tool`'
  if (!Number.isSafeInteger(uses) || uses < 1 || uses > maxGrantUses)
    return `it is for 1 to ${maxGrantUses} uses, not for \`${uses}\``
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(until) || until <= from) return 'it ends before it begins'
  const compiled = compileGrantCondition(condition)
  return compiled.ok ? undefined : `its condition cannot be taken: ${compiled.error}`
}
