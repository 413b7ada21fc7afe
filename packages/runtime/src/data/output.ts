import { type ArgumentCheck, outputCheck } from '@ecp/policy'
import { type Executor, type Json, type JsonObject, standalone } from '@ecp/protocol'

/** What an executor's output has to be. */
export interface OutputSchema {
  /** Its name among the Context's schemas, where it has one. */
  readonly name?: string
  readonly schema: JsonObject
  readonly check: ArgumentCheck
}

const prefix = '#/schemas/'

/** The schema of an executor's output. */
export function outputSchemaOf(
  { outputSchema, outputSchemaRef }: Executor,
  schemas: Readonly<Record<string, JsonObject>>,
): OutputSchema | undefined {
  const found = schemaOf(outputSchema, outputSchemaRef, schemas)
  return found && { ...found, check: outputCheck(found.schema) }
}

/** The schema that is written in place, or else the one that is referred to; with what it refers to among those of the Context. */
export function schemaOf(
  inPlace: Readonly<Record<string, unknown>> | undefined,
  reference: string | undefined,
  schemas: Readonly<Record<string, JsonObject>>,
): Pick<OutputSchema, 'name' | 'schema'> | undefined {
  const name = reference?.startsWith(prefix) ? reference.slice(prefix.length) : undefined
  const schema = inPlace ?? (name !== undefined && Object.hasOwn(schemas, name) ? schemas[name] : undefined)
  if (schema === undefined) return undefined
  const own = standalone(schema as JsonObject, schemas) // reason: it was read as JSON
  return { schema: own, ...(name === undefined ? {} : { name }) }
}

/**
 * The JSON value in what a model wrote: the whole text, a fenced block, or from the first brace to the last. Undefined where there
 * is none.
 */
export function jsonIn(text: string): Json | undefined {
  const fenced = /```(?:json)?\s*\n([\s\S]*?)\n?```/.exec(text)?.[1]
  const start = text.search(/[[{]/)
  const end = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']'))
  const braced = start >= 0 && end > start ? text.slice(start, end + 1) : undefined
  for (const candidate of [text, fenced, braced]) {
    if (candidate === undefined) continue
    try {
      return JSON.parse(candidate) as Json // reason: what JSON.parse returns
    } catch {
      // The next form, then.
    }
  }
  return undefined
}
