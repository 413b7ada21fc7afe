import type { Json } from '@ecp/protocol'
import { type ExactLine, jsonLines, textLines } from '../../text/exact-lines.ts'

/** What a tool answered: the text alone where that is all of it (MCP, `content` of texts), and else the JSON as it is. */
export function resultLines(result: Json): readonly ExactLine[] {
  const texts = textsIn(result)
  return texts === undefined ? jsonLines(result) : texts.flatMap(textLines)
}

function textsIn(result: Json): readonly string[] | undefined {
  if (typeof result === 'string') return [result]
  if (result === null || typeof result !== 'object' || !('content' in result)) return undefined
  const { content, isError: _, ...rest } = result
  if (!Array.isArray(content) || content.length === 0 || Object.keys(rest).length > 0) return undefined
  const texts = content.map((block) => {
    if (block === null || typeof block !== 'object' || !('type' in block) || block.type !== 'text') return undefined
    return typeof block.text === 'string' && Object.keys(block).length === 2 ? block.text : undefined
  })
  return texts.every((text) => text !== undefined) ? texts : undefined
}
