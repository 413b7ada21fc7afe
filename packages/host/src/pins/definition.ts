import { digestOf } from '@ecp/ledger'
import { canonical, isJsonObject, type Json, type JsonObject, type ToolDefinition } from '@ecp/protocol'

/** Definitions over these bounds (bytes of canonical JSON, levels) are not pinned. */
export const maxDefinitionBytes = 200_000
export const maxDefinitionDepth = 64

/** The parts of a tool that its digest covers. */
export const definitionParts = ['description', 'inputSchema', 'outputSchema', 'annotations'] as const
export type DefinitionPart = (typeof definitionParts)[number]

/** The covered parts that are there, as they are. */
export function partsOf(tool: JsonObject | ToolDefinition): JsonObject {
  const source: Readonly<Record<string, unknown>> = tool as JsonObject // reason: a definition is JSON with named fields
  return Object.fromEntries(
    definitionParts.flatMap((part) => (Object.hasOwn(source, part) ? [[part, source[part] as Json]] : [])), // reason: see above
  )
}

/**
 * sha-256 (hex) over the RFC 8785 JSON of the parts that are there: what a tool is for whoever allowed it. Name and title
 * are not in it: a tool of another name is another tool. Throws `json.not-canonical`.
 */
export function definitionDigest(tool: JsonObject | ToolDefinition): string {
  return digestOf(partsOf(tool))
}

/** What a server lists as a definition that can be pinned, or why it cannot. */
export type Definition =
  | { readonly definition: ToolDefinition; readonly digest: string; readonly fault?: never }
  | { readonly fault: string; readonly definition?: never; readonly digest?: never }

/** Reads a listed tool. Fields beside name, title and the covered parts are left out. Never throws. */
export function readDefinition(tool: JsonObject): Definition {
  const { name, title, description, inputSchema, outputSchema, annotations } = tool
  if (typeof name !== 'string') return { fault: 'it has no name' }
  if (description !== undefined && typeof description !== 'string') return { fault: 'its description is not text' }
  if (!isJsonObject(inputSchema)) return { fault: 'its input schema is not an object' }
  if (outputSchema !== undefined && !isJsonObject(outputSchema)) return { fault: 'its output schema is not an object' }
  if (annotations !== undefined && !isJsonObject(annotations)) return { fault: 'its annotations are not an object' }
  if (isDeeperThan(maxDefinitionDepth, partsOf(tool))) return { fault: `it has more than ${maxDefinitionDepth} levels` }
  const definition: ToolDefinition = {
    name,
    ...(typeof title === 'string' ? { title } : {}),
    ...(description === undefined ? {} : { description }),
    inputSchema,
    ...(outputSchema === undefined ? {} : { outputSchema }),
    ...(annotations === undefined ? {} : { annotations }),
  }
  try {
    const bytes = Buffer.byteLength(canonical(definition))
    if (bytes > maxDefinitionBytes) return { fault: `it has ${bytes} bytes, over ${maxDefinitionBytes}` }
    return { definition, digest: definitionDigest(definition) }
  } catch {
    return { fault: 'it holds text that is not Unicode' }
  }
}

/** Found level by level, because what is too deep is too deep to recurse into. */
function isDeeperThan(max: number, value: Json): boolean {
  let level: Json[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > max) return true
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values<Json>(item) : []))
  }
  return false
}
