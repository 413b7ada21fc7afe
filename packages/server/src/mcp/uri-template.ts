/**
 * Whether a URI could be an expansion of a template (RFC 6570): its literal parts stand in the URI, in their order, the
 * first at its beginning and the last at its end. Looks at each character once, whatever a server wrote there.
 */
export function couldBeOf(template: string, uri: string): boolean {
  const literals = template.split(/\{[^{}]*\}/)
  const [first = '', ...others] = literals
  const last = others.pop()
  if (last === undefined) return uri === first
  if (!uri.startsWith(first)) return false
  let at = first.length
  for (const literal of others) {
    const found = uri.indexOf(literal, at)
    if (found < 0) return false
    at = found + literal.length
  }
  return uri.endsWith(last) && uri.length - last.length >= at
}
