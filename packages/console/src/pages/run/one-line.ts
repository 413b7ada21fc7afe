import type { Json } from '@ecp/protocol'

/** Enough of a value to know it by, on one line. What is longer ends with `…`. */
export function oneLine(value: Json | undefined, most = 160): string {
  if (value === undefined) return ''
  const text = print(value, most)
  return text.length > most ? `${text.slice(0, most)}…` : text
}

/** JSON of which no more is written than is wanted, so that a value of 1 MB costs no more than a small one. */
function print(value: Json, room: number): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, room + 1))
  if (value === null || typeof value !== 'object') return String(value)
  const isList = Array.isArray(value)
  let text = isList ? '[' : '{'
  for (const key in value) {
    if (text.length > room) return text
    const part = (value as Record<string, Json>)[key] ?? null // reason: an index of a list is a key, too
    text += `${text.length > 1 ? ', ' : ''}${isList ? '' : `${key}: `}${print(part, Math.max(0, room - text.length))}`
  }
  return text + (isList ? ']' : '}')
}
