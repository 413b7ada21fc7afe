import { isJsonObject, type Json, type JsonObject } from '@ecp/protocol'

/** A schema's text, its nesting, and how many subschemas it stands for once every `$ref` is followed, at most. */
const maxText = 256 * 1024
const maxDepth = 64
const maxExpanded = 20_000

/** Keywords that this version does not evaluate, because what they reach cannot be bounded by looking at the schema. */
const refused = ['$dynamicRef', '$recursiveRef', '$dynamicAnchor', '$recursiveAnchor', '$id']

/**
 * What makes a server's schema one that cannot be checked in bounded time, or `undefined`. A schema of a few lines can
 * stand for 2^1000 checks by referring to itself twice at every step; so references are followed and counted here first.
 * References that lead back to themselves are refused.
 */
export function schemaFault(schema: JsonObject): string | undefined {
  const depth = nesting(schema)
  if (depth > maxDepth) return `it is nested over ${maxDepth} deep`
  if (JSON.stringify(schema).length > maxText) return 'it is over 256 KB'
  const open = new Set<Json>()
  const sizes = new Map<Json, number>()
  let fault: string | undefined
  const expanded = (node: Json): number => {
    if (typeof node !== 'object' || node === null || fault !== undefined) return 0
    const known = sizes.get(node)
    if (known !== undefined) return known
    if (open.has(node)) {
      fault = 'a reference in it leads back to itself'
      return 0
    }
    open.add(node)
    let size = 1
    for (const part of Object.values(node)) size += expanded(part)
    if (isJsonObject(node)) {
      const keyword = refused.find((name) => Object.hasOwn(node, name) && (name !== '$id' || node !== schema))
      if (keyword !== undefined) fault = `\`${keyword}\` is not supported`
      if (typeof node.$ref === 'string') {
        const target = resolve(schema, node.$ref)
        if (target === undefined) fault = `the reference \`${node.$ref.slice(0, 100)}\` leads nowhere in it`
        else size += expanded(target)
      }
    }
    open.delete(node)
    if (size > maxExpanded) fault = `it stands for over ${maxExpanded} checks`
    sizes.set(node, size)
    return size
  }
  expanded(schema)
  return fault
}

/** Depth of a value, found without recursion; it stops looking past the limit. */
function nesting(value: Json): number {
  let level: Json[] = [value]
  let depth = 0
  while (level.length > 0 && depth <= maxDepth) {
    depth++
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values<Json>(item) : []))
  }
  return depth
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
