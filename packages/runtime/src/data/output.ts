import { type ArgumentCheck, outputCheck } from '@ecp/policy'
import type { Executor, Json, JsonObject } from '@ecp/protocol'

/** What an executor's output has to be. */
export interface OutputSchema {
  /** Its name among the Context's schemas, where it has one. */
  readonly name?: string
  readonly schema: JsonObject
  readonly check: ArgumentCheck
}

const prefix = '#/schemas/'

/** The schema of an executor's output: the one written in place, or the one that it refers to. */
export function outputSchemaOf(
  executor: Executor,
  schemas: Readonly<Record<string, JsonObject>>,
): OutputSchema | undefined {
  const { outputSchema, outputSchemaRef } = executor
  const name = outputSchemaRef?.startsWith(prefix) ? outputSchemaRef.slice(prefix.length) : undefined
  const schema = outputSchema ?? (name !== undefined && Object.hasOwn(schemas, name) ? schemas[name] : undefined)
  if (schema === undefined) return undefined
  const own = schema as JsonObject // reason: it was read as JSON
  return { schema: own, check: outputCheck(own), ...(name === undefined ? {} : { name }) }
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
