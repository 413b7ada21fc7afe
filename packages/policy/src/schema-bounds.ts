import { isJsonObject, type Json, type JsonObject } from '@ecp/protocol'

/** A schema's text, its nesting, and how many subschemas it stands for once every `$ref` is followed, at most. */
const maxText = 256 * 1024
const maxDepth = 64
const maxExpanded = 20_000
/** Subschemas that one value may be checked against at most, all of its parts together. */
const maxChecks = 100_000_000

/** Keywords that this version does not evaluate, because what they reach cannot be seen by looking at the schema. */
const refused = ['$dynamicRef', '$recursiveRef', '$dynamicAnchor', '$recursiveAnchor', '$id', '$anchor']

/** What a schema costs. */
export interface SchemaCost {
  /** What makes it one that cannot be checked in bounded time. */
  readonly fault?: string
  /** Subschemas it stands for; references back to themselves count as one. */
  readonly size: number
  /** How often it leads back to itself in one round: 0 for most. Each level of the data may multiply the work by it. */
  readonly returns: number
}

/**
 * What checking against a server's schema can cost. A schema of a few lines can stand for 2^1000 checks by referring to
 * itself twice at every step; so references are followed and counted here before anything is compiled.
 */
export function schemaCost(schema: JsonObject): SchemaCost {
  const none = { size: 0, returns: 0 }
  if (nesting(schema, maxDepth) > maxDepth) return { ...none, fault: `it is nested over ${maxDepth} deep` }
  if (JSON.stringify(schema).length > maxText) return { ...none, fault: 'it is over 256 KB' }
  const open = new Set<Json>()
  const known = new Map<Json, SchemaCost>()
  let fault: string | undefined
  let most = 0
  const visit = (node: Json): SchemaCost => {
    if (typeof node !== 'object' || node === null || fault !== undefined) return none
    const before = known.get(node)
    if (before !== undefined) return before
    if (open.has(node)) return { size: 1, returns: 1 }
    open.add(node)
    const parts = Object.values<Json>(node).map(visit)
    if (isJsonObject(node)) {
      const keyword = refused.find(
        (name) => Object.hasOwn(node, name) && !isJsonObject(node[name]) && !(name === '$id' && node === schema),
      )
      if (keyword !== undefined) fault = `\`${keyword}\` is not supported`
      if (typeof node.$ref === 'string') {
        const target = resolve(schema, node.$ref)
        if (target === undefined) fault = 'a reference in it leads nowhere, or out of it'
        else parts.push(visit(target))
      }
    }
    open.delete(node)
    const size = parts.reduce((sum, part) => sum + part.size, 1)
    const returns = parts.reduce((sum, part) => sum + part.returns, 0)
    if (size > maxExpanded) fault = `it stands for over ${maxExpanded} checks`
    most = Math.max(most, returns)
    known.set(node, { size, returns })
    return { size, returns }
  }
  const { size } = visit(schema)
  return fault === undefined ? { size, returns: most } : { size, returns: most, fault }
}

/** Whether a value can be checked against a schema of this cost in bounded time. */
export function isCheckable(value: Json, { size, returns }: SchemaCost): boolean {
  if (returns > 1 && size * returns ** nesting(value, maxDepth) > maxChecks) return false
  // No value that is small enough to be decided about has more parts than this.
  return size <= maxChecks / 1_000_000 || size * partsOf(value) <= maxChecks
}

/** Depth of a value, found without recursion; it stops looking past `limit`. */
function nesting(value: Json, limit: number): number {
  let level: Json[] = [value]
  let depth = 0
  while (level.length > 0 && depth <= limit) {
    depth++
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values<Json>(item) : []))
  }
  return depth
}

function partsOf(value: Json): number {
  const open: Json[] = [value]
  let count = 0
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    count++
    if (typeof item === 'object' && item !== null) for (const part of Object.values<Json>(item)) open.push(part)
  }
  return count
}

/** What a local reference (`#`, `#/...`) names; other references are not followed. */
function resolve(root: JsonObject, reference: string): Json | undefined {
  if (reference !== '#' && !reference.startsWith('#/')) return undefined
  let node: Json = root
  for (const key of reference.split('/').slice(1)) {
    const name = decode(key)
    if (typeof node !== 'object' || node === null || name === undefined || !Object.hasOwn(node, name)) return undefined
    const next: Json | undefined = isJsonObject(node) ? node[name] : (node as readonly Json[])[Number(name)] // reason: what is no object is a list
    if (next === undefined) return undefined
    node = next
  }
  return node
}

function decode(key: string): string | undefined {
  try {
    return decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~')
  } catch {
    return undefined
  }
}
