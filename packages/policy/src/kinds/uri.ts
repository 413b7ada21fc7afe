const maxUriLength = 4_096

/**
 * The normal form of a resource's URI (RFC 3986, section 6, as WHATWG URL does it), or `undefined` for one that programs may
 * read differently: not absolute, with a dot segment, an encoded dot, slash or backslash, a backslash, white space or a
 * control character, or one of over 4,096 characters.
 */
export function normalUri(uri: string): string | undefined {
  if (uri.length > maxUriLength) return undefined
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u0020\u007f\\]|%2e|%2f|%5c/i.test(uri)) return undefined
  const path = uri.split(/[?#]/, 1)[0] ?? ''
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) return undefined
  return URL.parse(uri)?.href
}

/** `*` fits any run of characters within a path segment, `**` any run at all. Time is pattern length times URI length. */
export function uriGlob(pattern: string): (uri: string) => boolean {
  const parts = pattern.split(/(\*\*|\*)/).filter((part) => part !== '')
  return (uri) => {
    // Which ends of a prefix of the URI are reachable after each part of the pattern.
    let ends = new Set([0])
    for (const part of parts) {
      const next = new Set<number>()
      if (part === '**') {
        for (let at = Math.min(...ends); at <= uri.length; at++) next.add(at)
      } else if (part === '*') {
        let reach = -1
        for (let at = 0; at <= uri.length; at++) {
          if (ends.has(at)) reach = at
          if (reach >= 0) next.add(at)
          if (uri[at] === '/') reach = -1
        }
      } else for (const at of ends) if (uri.startsWith(part, at)) next.add(at + part.length)
      if (next.size === 0) return false
      ends = next
    }
    return ends.has(uri.length)
  }
}
