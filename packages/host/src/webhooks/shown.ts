import { visibleCharacters } from '@ecp/protocol'

/** At most `most` UTF-16 units of a text, its hidden characters written out; `…` at the end says that there is more. */
export function shown(text: string, most: number): string {
  const head = whole(text.slice(0, most))
  const seen = visibleCharacters(head)
  if (seen.length <= most && head.length === text.length) return seen
  return `${whole(seen.slice(0, most - 1))}…`
}

/** Without a half of a character that was cut in two. */
function whole(text: string): string {
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text
}
