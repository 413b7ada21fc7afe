import type { Json, JsonObject } from '../json.ts'
import { isJsonObject } from '../json.ts'
import type { Footprint } from './bounds.ts'
import { maxElements } from './environment.ts'
import { Usage } from './usage.ts'

/** What a condition can look at. */
export interface Facts {
  readonly args: Json
  readonly inputs: JsonObject
  readonly action: { readonly kind: string; readonly target: string; readonly origin: string }
  readonly executor: string
  readonly principal: string
  /** The counter of that name (`usageName`). */
  usage(name: string): number
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** Steps that one evaluation may cost at most; what could cost more is an error. */
const maxSteps = 100_000_000
const maxDataDepth = 64

/** A condition that cannot be evaluated on these facts. The message holds no value of theirs. */
export class FactsError extends Error {}

/**
 * The variables that a condition uses, as CEL has them: objects become maps (so that `constructor` is a key like any
 * other), whole numbers become ints. Throws {@link FactsError} when the data is too large for what the condition does.
 */
export function bind(facts: Facts, of: Footprint): Record<string, unknown> {
  const size = { steps: 0, longest: of.splits ? maxElements : 0 }
  const bound: Record<string, unknown> = {}
  for (const name of of.variables)
    switch (name) {
      case 'args':
        bound.args = select(facts.args, of.args, size)
        break
      case 'inputs':
        bound.inputs = select(facts.inputs, of.inputs, size)
        break
      case 'action':
        bound.action = new Map(Object.entries(facts.action))
        break
      case 'executor':
        bound.executor = new Map([['name', facts.executor]])
        break
      case 'principal':
        bound.principal = new Map([['name', facts.principal]])
        break
      case 'usage':
        bound.usage = new Usage(facts.usage)
        break
      default:
        bound.now = new Date(facts.now)
    }
  if (of.depth > 0 && size.longest > maxElements)
    throw new FactsError(`a list of over ${maxElements} elements stands where the condition goes over lists`)
  const rounds = of.depth === 0 ? 1 : Math.max(size.longest, 200) ** of.depth
  if (of.weight * rounds * Math.max(size.steps, 1) > maxSteps) throw new FactsError('the data is too large for it')
  return bound
}

interface Size {
  steps: number
  longest: number
}

function select(value: Json, fields: ReadonlySet<string> | 'all', size: Size): Map<string, unknown> {
  if (!isJsonObject(value)) throw new FactsError('the arguments are not an object')
  const map = new Map<string, unknown>()
  for (const key of fields === 'all' ? Object.keys(value) : fields) {
    const item = Object.hasOwn(value, key) ? value[key] : undefined
    if (item !== undefined) map.set(key, convert(item, size, 1))
  }
  size.steps += map.size
  if (fields === 'all') size.longest = Math.max(size.longest, map.size)
  return map
}

function convert(value: Json, size: Size, depth: number): unknown {
  size.steps++
  switch (typeof value) {
    case 'string':
      size.steps += value.length
      return value
    case 'number':
      if (!Number.isInteger(value)) return value
      if (!Number.isSafeInteger(value)) throw new FactsError('a whole number beyond 2^53 has no exact value')
      return BigInt(value)
    case 'boolean':
      return value
  }
  if (value === null) return value
  if (depth > maxDataDepth) throw new FactsError('the data is nested too deeply')
  if (Array.isArray(value)) {
    size.longest = Math.max(size.longest, value.length)
    return value.map((item) => convert(item, size, depth + 1))
  }
  const map = new Map<string, unknown>()
  for (const [key, item] of Object.entries(value)) {
    size.steps += key.length
    map.set(key, convert(item, size, depth + 1))
  }
  size.longest = Math.max(size.longest, map.size)
  return map
}
