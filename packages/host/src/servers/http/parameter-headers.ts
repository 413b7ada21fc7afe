import { isJsonObject, type Json, type JsonObject } from '@ecp/protocol'
import type { RawTool, ServerRequest } from '../servers.ts'

/** An argument that is also sent as a header: where it stands in the arguments, and under which name. */
interface Declaration {
  readonly path: readonly string[]
  readonly header: string
}

type Scan = { readonly declarations: readonly Declaration[] } | { readonly fault: string }

const annotation = 'x-mcp-header'
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const types: ReadonlySet<Json | undefined> = new Set(['string', 'integer', 'boolean'])
/** Their keys are names, not keywords. */
const named: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
])
/** They hold data, not schemas. */
const data: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'examples'])

/**
 * Arguments of calls that a server wants as headers, too, so that what stands between can route them (MCP 2026-07-28,
 * Streamable HTTP, `x-mcp-header`). They are taken from what is sent: from the arguments that were decided.
 */
export class ParameterHeaders {
  #byTool: ReadonlyMap<string, readonly Declaration[]> = new Map()

  /** The tools whose declarations are well-formed; the others have to be left out, and go to `refuse` with the reason. */
  learn(tools: readonly RawTool[], refuse: (tool: string, why: string) => void): readonly RawTool[] {
    const byTool = new Map<string, readonly Declaration[]>()
    const kept = tools.filter(({ name, inputSchema }) => {
      const scan = scanned(inputSchema)
      if ('fault' in scan) refuse(name, scan.fault)
      else if (scan.declarations.length > 0) byTool.set(name, scan.declarations)
      return !('fault' in scan)
    })
    this.#byTool = byTool
    return kept
  }

  /** The headers of a request; nothing where it has none of its own. */
  of({ method, params }: ServerRequest): Readonly<Record<string, string>> | undefined {
    const declarations = method === 'tools/call' ? this.#byTool.get(String(params.name)) : undefined
    if (!declarations) return undefined
    const headers = declarations.flatMap(({ path, header }) => {
      const value = textOf(at(params.arguments, path))
      return value === undefined ? [] : [[`Mcp-Param-${header}`, sendable(value)] as const]
    })
    return Object.fromEntries(headers)
  }
}

function scanned(schema: Json | undefined): Scan {
  const declarations: Declaration[] = []
  const seen = new Set<string>()

  /** `path`: of a schema that is reached by properties alone, which is where the annotation may stand. */
  function visit(node: Json | undefined, path: readonly string[] | undefined): string | undefined {
    if (Array.isArray(node)) return first(node, (one) => visit(one, undefined))
    if (!isJsonObject(node)) return undefined
    const fault = annotation in node ? declare(node, path) : undefined
    return fault ?? first(Object.entries(node), ([key, below]) => visitBelow(key, below, path))
  }

  function visitBelow(key: string, below: Json | undefined, path: readonly string[] | undefined): string | undefined {
    if (data.has(key)) return undefined
    if (!named.has(key) || !isJsonObject(below)) return visit(below, undefined)
    const isReachable = key === 'properties' && path !== undefined
    return first(Object.entries(below), ([name, one]) => visit(one, isReachable ? [...path, name] : undefined))
  }

  function declare(node: JsonObject, path: readonly string[] | undefined): string | undefined {
    const header = node[annotation]
    if (!path?.length) return `\`${annotation}\` stands where no property is that every call can have`
    if (typeof header !== 'string' || !token.test(header)) return `its \`${annotation}\` is no name of a header`
    if (!types.has(node.type)) return `\`${annotation}\` stands at a property that is no string, integer or boolean`
    if (seen.has(header.toLowerCase())) return `two properties have the same \`${annotation}\``
    seen.add(header.toLowerCase())
    declarations.push({ path, header })
    return undefined
  }

  const fault = visit(schema, [])
  return fault === undefined ? { declarations } : { fault }
}

function first<T>(items: readonly T[], fault: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = fault(item)
    if (found !== undefined) return found
  }
  return undefined
}

function at(value: Json | undefined, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (node, key) => (isJsonObject(node) && Object.hasOwn(node, key) ? node[key] : undefined),
    value,
  )
}

/** Nothing for what has no one text that both sides read the same. */
function textOf(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? value : undefined
  if (typeof value === 'boolean') return String(value)
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? undefined : String(value)
}

/** As it is where a header can carry it, and would not be read as the form that other values have (MCP, Value Encoding). */
function sendable(value: string): string {
  const isPlain = /^[\t\x20-\x7e]+$/.test(value) && value === value.trim()
  if (isPlain && !(value.startsWith('=?base64?') && value.endsWith('?='))) return value
  return `=?base64?${Buffer.from(value).toString('base64')}?=`
}
