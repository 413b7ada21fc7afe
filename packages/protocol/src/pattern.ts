import { ProtocolError } from './error.ts'

/** A parsed `server:tool` pattern (context.md). `*` fits any run of characters, none included, on its side of the colon. */
export interface ToolPattern {
  readonly source: string
  /** The text before the first `:`; `undefined` when that side holds a `*`. */
  readonly server: string | undefined
  /** Whether neither side holds a `*`: then only the target `source` itself fits. */
  readonly literal: boolean
  /** Linear in the length of the target. */
  matches(target: string): boolean
}

/** Longest pattern that is taken. */
export const maxPatternLength = 300

/**
 * Parses a tool pattern. Throws `pattern.invalid` for one without a colon, with an empty side, or over
 * {@link maxPatternLength} characters.
 */
export function parsePattern(source: string): ToolPattern {
  const colon = source.indexOf(':')
  if (source.length > maxPatternLength)
    throw new ProtocolError('pattern.invalid', `pattern of ${source.length} characters is over ${maxPatternLength}`)
  if (colon <= 0 || colon === source.length - 1)
    throw new ProtocolError('pattern.invalid', `\`${source}\` is not a pattern such as server:tool or server:read_*`)
  if (!source.includes('*'))
    return { source, server: source.slice(0, colon), literal: true, matches: (target) => target === source }
  const left = glob(source.slice(0, colon))
  const right = glob(source.slice(colon + 1))
  const server = source.slice(0, colon)
  return {
    source,
    server: server.includes('*') ? undefined : server,
    literal: false,
    matches(target) {
      const at = target.indexOf(':')
      return at > 0 && left(target.slice(0, at)) && right(target.slice(at + 1))
    },
  }
}

/**
 * A matcher for a text with `*`. Each literal part is looked for once, leftmost first, which is enough for `*` and never
 * goes back over the text.
 */
export function glob(pattern: string): (text: string) => boolean {
  const parts = pattern.split('*')
  const first = parts[0] ?? ''
  const last = parts[parts.length - 1] ?? ''
  if (parts.length === 1) return (text) => text === pattern
  const middle = parts.slice(1, -1).filter((part) => part !== '')
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false
    const end = text.length - last.length
    let from = first.length
    for (const part of middle) {
      const found = text.indexOf(part, from)
      if (found < 0 || found + part.length > end) return false
      from = found + part.length
    }
    return true
  }
}

/** Patterns with the place they were written at, found again by target. */
export interface PatternIndex<T> {
  /** Every entry whose pattern fits, in the order they were given. Globs count only when `pinned`. */
  find(target: string, pinned: boolean): readonly T[]
}

/**
 * Indexes patterns: exact ones by their target, globs by their server, so that looking one up does not cost more with more
 * rules about other tools and servers.
 */
export function indexPatterns<T>(entries: readonly { readonly pattern: string; readonly entry: T }[]): PatternIndex<T> {
  type Item = { readonly order: number; readonly pattern: ToolPattern; readonly entry: T }
  const exact = new Map<string, Item[]>()
  const byServer = new Map<string, Item[]>()
  const anyServer: Item[] = []
  for (const [order, { pattern: source, entry }] of entries.entries()) {
    const pattern = parsePattern(source)
    const item = { order, pattern, entry }
    if (pattern.literal) push(exact, source, item)
    else if (pattern.server === undefined) anyServer.push(item)
    else push(byServer, pattern.server, item)
  }
  return {
    find(target, pinned) {
      const found = [...(exact.get(target) ?? [])]
      if (pinned) {
        const colon = target.indexOf(':')
        for (const item of byServer.get(target.slice(0, Math.max(colon, 0))) ?? [])
          if (item.pattern.matches(target)) found.push(item)
        for (const item of anyServer) if (item.pattern.matches(target)) found.push(item)
      }
      return found.sort((a, b) => a.order - b.order).map((item) => item.entry)
    },
  }
}

function push<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key)
  if (list) list.push(item)
  else map.set(key, [item])
}
