import { isJsonObject, type Json, type JsonObject } from '../json.ts'
import { formOf } from './keywords.ts'

const prefix = '#/schemas/'

/**
 * A schema of a Context that needs nothing around it: what it refers to as `#/schemas/Name` stands among its `$defs`, and what
 * those refer to. A reference to a name that is not there is left as it is. Equal schemas give equal ones.
 */
export function standalone(schema: JsonObject, schemas: Readonly<Record<string, unknown>>): JsonObject {
  const own = isJsonObject(schema.$defs) ? schema.$defs : {}
  const taken: Record<string, Json> = {}
  const keyOf = (name: string) => (Object.hasOwn(own, name) ? `schemas.${name}` : name)

  const reference = (text: string, base: string): string => {
    if (!text.startsWith(prefix)) return base !== '#' && text.startsWith('#') ? base + text.slice(1) : text
    const [name = '', ...rest] = text.slice(prefix.length).split('/')
    const found = Object.hasOwn(schemas, name) ? schemas[name] : undefined
    if (typeof found !== 'object' || found === null) return text
    const key = keyOf(name)
    const at = `#/$defs/${key}`
    if (!Object.hasOwn(taken, key)) {
      taken[key] = true // it may refer to itself
      taken[key] = placed(found as JsonObject, at) // reason: it was read as JSON
    }
    return [at, ...rest].join('/')
  }
  const placed = (node: Json, base: string): Json => {
    if (!isJsonObject(node)) return node
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, under(key, value, base)]))
  }
  const under = (keyword: string, value: Json, base: string): Json => {
    switch (formOf(keyword)) {
      case 'reference':
        return typeof value === 'string' ? reference(value, base) : value
      case 'schema':
        return placed(value, base)
      case 'schemas':
        return Array.isArray(value) ? value.map((item) => placed(item, base)) : value
      case 'schemas-by-name':
      case 'schemas-by-pattern':
        if (!isJsonObject(value)) return value
        return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, placed(item, base)]))
      default:
        return value
    }
  }

  const root = placed(schema, '#')
  if (!isJsonObject(root) || Object.keys(taken).length === 0) return schema
  return { ...root, $defs: { ...(isJsonObject(root.$defs) ? root.$defs : {}), ...taken } }
}
