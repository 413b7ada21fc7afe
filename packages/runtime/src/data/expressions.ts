import { expressionsIn, isJsonObject, type Json, type JsonObject } from '@ecp/protocol'
import { RuntimeError } from '../error.ts'

/** What expressions in arguments can name. */
export interface Values {
  readonly inputs: JsonObject
  readonly outputs: ReadonlyMap<string, Json>
  /** The item of a mount's selector. */
  readonly item?: Json
}

/**
 * Arguments with every `${...}` replaced, at any depth. A text that is nothing but one expression becomes its value, whatever its
 * type; elsewhere texts stand as they are and other values as JSON. Throws `run.mount-failed` for what has no value.
 */
export function resolved(value: Json, values: Values): Json {
  if (typeof value === 'string') return text(value, values)
  if (Array.isArray(value)) return value.map((item) => resolved(item, values))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(item, values)]))
}

function text(source: string, values: Values): Json {
  const found = expressionsIn(source)
  const [only] = found
  if (only && found.length === 1 && only.length === source.length)
    return expressed(only.source, only.expression, values)
  let done = ''
  let end = 0
  for (const { offset, length, source: own, expression } of found) {
    const value = expressed(own, expression, values)
    done += source.slice(end, offset) + (typeof value === 'string' ? value : JSON.stringify(value))
    end = offset + length
  }
  return done + source.slice(end)
}

function expressed(
  source: string,
  expression: ReturnType<typeof expressionsIn>[number]['expression'],
  values: Values,
): Json {
  const value = expression && lookedUp(expression, values)
  if (value !== undefined) return value
  throw new RuntimeError('run.mount-failed', `\`${source}\` has no value in this run`)
}

function lookedUp(
  expression: NonNullable<ReturnType<typeof expressionsIn>[number]['expression']>,
  { inputs, outputs, item }: Values,
): Json | undefined {
  switch (expression.kind) {
    case 'input':
      return Object.hasOwn(inputs, expression.name) ? inputs[expression.name] : undefined
    case 'item':
      return item
    case 'output': {
      // Names may hold dots, so the longest that there is.
      const { path } = expression
      for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) {
        const output = outputs.get(path.slice(0, end))
        if (output !== undefined) return at(output, path.slice(end + 1))
      }
      return undefined
    }
  }
}

/** The value at a dotted path; the whole one for an empty path. */
export function at(value: Json, path: string): Json | undefined {
  let part: Json | undefined = value
  for (const key of path === '' ? [] : path.split('.')) {
    if (Array.isArray(part) && /^\d+$/.test(key)) part = part[Number(key)]
    else part = isJsonObject(part) && Object.hasOwn(part, key) ? part[key] : undefined
  }
  return part
}
