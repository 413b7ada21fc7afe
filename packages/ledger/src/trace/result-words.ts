import { isJsonObject, type Json } from '@ecp/protocol'

/** What a result says, for people: the text of an MCP tool result (2025-11-25, server/tools), or else its JSON. */
export function resultWords(result: Json): string {
  if (!isJsonObject(result) || !Array.isArray(result.content)) return JSON.stringify(result)
  const content: readonly Json[] = result.content
  return content
    .map((block) => {
      if (!isJsonObject(block)) return JSON.stringify(block)
      return block.type === 'text' && typeof block.text === 'string' ? block.text : `[${String(block.type)}]`
    })
    .join(' ')
}
