import { z } from 'zod'

/** The schemas that a value at the end of `path` could have been meant for, optional, lazy and union layers removed. */
export function schemasAt(root: unknown, path: readonly PropertyKey[], value: unknown): readonly unknown[] {
  let schemas = candidates(root, value)
  let current = value
  for (const part of path) {
    current = member(current, part)
    schemas = schemas.flatMap((schema) => children(schema, part)).flatMap((schema) => candidates(schema, current))
  }
  return schemas
}

/** The keys that the objects among some schemas know, `_meta` left out. */
export function keysOf(schemas: readonly unknown[]): string[] {
  const keys = schemas.flatMap((schema) => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : []))
  return [...new Set(keys)].filter((key) => key !== '_meta')
}

/** The value under a key or index, own properties only. */
export function member(value: unknown, part: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
  return Reflect.get(value, part)
}

function children(schema: unknown, part: PropertyKey): unknown[] {
  if (schema instanceof z.ZodObject)
    return typeof part === 'string' && Object.hasOwn(schema.shape, part) ? [schema.shape[part]] : []
  if (schema instanceof z.ZodArray) return [schema.element]
  if (schema instanceof z.ZodRecord) return [schema.valueType]
  return []
}

function candidates(schema: unknown, value: unknown): unknown[] {
  if (schema instanceof z.ZodOptional) return candidates(schema.unwrap(), value)
  if (schema instanceof z.ZodLazy) return candidates(schema.unwrap(), value)
  if (!(schema instanceof z.ZodUnion)) return [schema]
  const options = schema.options.flatMap((option) => candidates(option, value))
  const meant = options.filter((option) => option instanceof z.ZodObject && saysSo(option, value))
  return meant.length > 0 ? meant : options
}

/** Whether a value names an object schema by every literal it has (`type: stdio`). */
function saysSo(schema: z.ZodObject, value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.entries(schema.shape).every(
    ([key, field]) => !(field instanceof z.ZodLiteral) || field.values.has(member(value, key) as never), // reason: Set.has of any type
  )
}
