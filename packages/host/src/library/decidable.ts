import { canonical, type Json } from '@ecp/protocol'
import { HostError } from '../error.ts'

/** Arguments that nest deeper are denied anyway (gate/normalise.ts); what walks them here does so recursively. */
const maxDepth = 100

/**
 * A copy of a tool's input exactly as it is decided about, so that nothing else can reach the tool: JSON, its keys in
 * canonical order. Fields that are `undefined` are left out. Throws `tools.ungovernable` for what JSON cannot carry (a
 * date, a class, a loop): what the policy sees would not be what the tool gets.
 */
export function decidable(input: unknown, target: string): Json {
  const fault = faultOf(input, '', 0)
  if (fault !== undefined) {
    const advice = 'let its inputSchema give plain JSON, and make other values inside the tool'
    throw new HostError('tools.ungovernable', `the input of \`${target}\` ${fault}; ${advice}`)
  }
  try {
    return JSON.parse(canonical(input)) as Json // reason: canonical JSON parses to Json
  } catch {
    throw new HostError('tools.ungovernable', `the input of \`${target}\` holds text that is not Unicode`)
  }
}

function faultOf(value: unknown, at: string, depth: number): string | undefined {
  if (depth > maxDepth) return `is more than ${maxDepth} levels deep`
  const here = at === '' ? '' : ` at \`${at}\``
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined
    case 'number':
      return Number.isFinite(value) ? undefined : `holds a number that JSON does not have${here}`
    case 'object':
      break
    default:
      return `holds a ${typeof value}${here}`
  }
  if (value === null) return undefined
  if (!Array.isArray(value) && !isPlain(value)) return `holds an object that is no plain JSON${here}`
  for (const [key, part] of Object.entries(value)) {
    if (part === undefined && !Array.isArray(value)) continue
    const fault = faultOf(part, `${at}/${key}`, depth + 1)
    if (fault !== undefined) return fault
  }
  return undefined
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return false
  return typeof (value as { toJSON?: unknown }).toJSON !== 'function' // reason: looked at only
}
