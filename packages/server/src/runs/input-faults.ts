import type { Context, Input, Json } from '@ecp/protocol'

/**
 * What is wrong with values for a Context's inputs: one that is not declared, has another type or is not among the allowed
 * values, and, where these are to be all, one that is required and missing. Nothing is converted: `"5"` is no number.
 */
export function inputFaults(
  { inputs: declared = {} }: Pick<Context, 'inputs'>,
  given: Readonly<Record<string, Json>>,
  { areAll }: { readonly areAll: boolean },
): readonly string[] {
  const names = Object.keys(declared).map((name) => `\`${name}\``)
  const known = names.length > 0 ? `declared are ${names.join(', ')}` : 'the Context declares none'
  const wrong = Object.entries(given).flatMap(([name, value]) => {
    const input = Object.hasOwn(declared, name) ? declared[name] : undefined
    if (!input) return [`input \`${shortened(name)}\` is not declared; ${known}`]
    const fault = faultOf(input, value)
    return fault === undefined ? [] : [`input \`${name}\` is ${fault}`]
  })
  const missing = Object.entries(declared).flatMap(([name, { required, default: preset }]) =>
    areAll && required && preset === undefined && !Object.hasOwn(given, name) ? [`input \`${name}\` is missing`] : [],
  )
  return [...wrong, ...missing]
}

function faultOf({ type, enum: allowed }: Input, value: Json): string | undefined {
  if (!isOf(type, value)) return `not of type ${type}`
  if (!allowed || allowed.some((one) => one === value)) return undefined
  return `not one of ${allowed.map((one) => `\`${one}\``).join(', ')}`
}

function isOf(type: Input['type'], value: Json): boolean {
  if (type === 'integer') return Number.isSafeInteger(value)
  // The others are named as `typeof` names them.
  return typeof value === type
}

/** A name that somebody else has sent. */
function shortened(name: string): string {
  return name.length > 60 ? `${name.slice(0, 60)}…`.toWellFormed() : name
}
