import type { Context, Document, Input, Json, JsonObject } from '@ecp/protocol'
import { HostError } from './error.ts'

/**
 * The values of a Context's inputs: what was given, and defaults. Text is read as the declared type (`-i limit=5`).
 * Throws `host.refused` with every fault at once: undeclared, missing, of the wrong type, not among the allowed values.
 */
export function bindInputs(context: Document<Context>, given: Readonly<Record<string, Json>>): JsonObject {
  const declared = context.value.inputs ?? {}
  const faults: string[] = []
  const bound: Record<string, Json> = {}
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(declared, name)) continue
    const known = Object.keys(declared).map((one) => `\`${one}\``)
    faults.push(
      `input \`${name}\` is not declared; ${known.length > 0 ? `declared are ${known.join(', ')}` : 'the Context declares none'}`,
    )
  }
  for (const [name, input] of Object.entries(declared)) {
    const value = Object.hasOwn(given, name) ? read(input, given[name] ?? null) : input.default
    if (value === undefined) {
      if (!Object.hasOwn(given, name) && !input.required) continue
      faults.push(
        Object.hasOwn(given, name)
          ? `input \`${name}\` is not of type ${input.type}`
          : `input \`${name}\` is required: give it with \`-i ${name}=...\``,
      )
    } else if (input.enum && !input.enum.some((allowed) => allowed === value)) {
      faults.push(`input \`${name}\` is not one of ${input.enum.map((allowed) => `\`${allowed}\``).join(', ')}`)
    } else {
      bound[name] = value
    }
  }
  if (faults.length > 0) throw new HostError('host.refused', `${context.file}: ${faults.join('; ')}`)
  return bound
}

/** The value as the declared type, or undefined where it is not one. */
function read(input: Input, value: Json): Json | undefined {
  const isText = typeof value === 'string'
  switch (input.type) {
    case 'string':
      return isText ? value : undefined
    case 'boolean':
      if (typeof value === 'boolean') return value
      return value === 'true' ? true : value === 'false' ? false : undefined
    case 'number':
    case 'integer': {
      const number = isText && /^-?\d+(\.\d+)?(e-?\d+)?$/i.test(value) ? Number(value) : value
      if (typeof number !== 'number' || !Number.isFinite(number)) return undefined
      return input.type === 'integer' && !Number.isSafeInteger(number) ? undefined : number
    }
  }
}
