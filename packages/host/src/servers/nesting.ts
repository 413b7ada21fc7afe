/**
 * Whether JSON text nests deeper than `max`, told from its bytes: what walks a value later (redaction, canonical JSON)
 * does so recursively, and a line of two million `[` must not reach it. Text that is no JSON gets some answer.
 */
export function nestsDeeperThan(max: number, text: Uint8Array): boolean {
  if (text.length <= max) return false
  let depth = 0
  let isString = false
  for (let index = 0; index < text.length; index++) {
    const byte = text[index]
    if (isString) {
      if (byte === 0x5c) index++
      else if (byte === 0x22) isString = false
    } else if (byte === 0x22) isString = true
    else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > max) return true
    } else if (byte === 0x5d || byte === 0x7d) depth--
  }
  return false
}
