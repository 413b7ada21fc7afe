import type { Path } from '../document/document.ts'
import { inPlace } from './keywords.ts'
import type { SchemaProblem } from './problems.ts'
import { resolve } from './resolve.ts'

/** Most subschemas that one value may be checked against, references counted each time they are followed. */
const maxPerValue = 10_000

/**
 * The first schema that would check a value against itself for ever, or against too many others: references double with
 * each level when two of them name the same schema.
 */
export function loops(root: unknown, places: ReadonlyMap<unknown, Path>): SchemaProblem[] {
  const costs = new Map<unknown, number>()
  const open = new Set<unknown>()

  const costOf = (node: unknown): number => {
    if (typeof node !== 'object' || node === null) return 1
    const known = costs.get(node)
    if (known !== undefined) return known
    if (open.has(node)) return Number.POSITIVE_INFINITY
    open.add(node)
    const cost = sameValue(root, node).reduce<number>((sum, other) => sum + costOf(other), 1)
    open.delete(node)
    costs.set(node, cost)
    return cost
  }

  for (const [node, path] of places) {
    const cost = costOf(node)
    if (cost <= maxPerValue) continue
    const message = Number.isFinite(cost)
      ? `one value would be checked against more than ${maxPerValue} schemas`
      : 'a reference leads back to its own schema without going into the value'
    return [{ code: 'bound', path, message }]
  }
  return []
}

/** The schemas that look at the same value as `node` does. */
function sameValue(root: unknown, node: object): unknown[] {
  const found: unknown[] = []
  for (const keyword of inPlace) {
    const value: unknown = Reflect.get(node, keyword)
    if (Array.isArray(value)) found.push(...value)
    else if (keyword === 'dependentSchemas' && typeof value === 'object' && value !== null)
      found.push(...Object.values(value))
    else if (value !== undefined) found.push(value)
  }
  const reference: unknown = Reflect.get(node, '$ref')
  if (typeof reference === 'string') found.push(resolve(root, reference))
  return found
}
