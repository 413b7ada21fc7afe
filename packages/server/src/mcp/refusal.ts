import { type Answer, told } from '@ecp/host'
import type { JsonObject } from '@ecp/protocol'

/** Where the facts of a refusal stand in a tool result's `_meta`. */
export const factsKey = 'ecp/decision'

/**
 * The tool result for a call that gave no result of its own: an ordinary result with `isError`, one sentence that a model
 * can act on, and the facts in `_meta` (not in `structuredContent`, which clients check against the tool's own schema).
 */
export function refusal(answer: Answer, offered: boolean): JsonObject {
  const { text, facts } = told(answer, offered)
  return { content: [{ type: 'text', text }], isError: true, _meta: { [factsKey]: facts } }
}
