/** What a local reference (`#`, or `#` and a JSON Pointer, RFC 6901) leads to inside a schema; undefined if nothing. */
export function resolve(root: unknown, reference: string): unknown {
  if (reference === '#') return root
  if (!reference.startsWith('#/')) return undefined
  let node = root
  for (const part of reference.slice(2).split('/')) {
    const key = unescaped(part)
    if (key === undefined || typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return undefined
    node = Reflect.get(node, key)
  }
  return node
}

function unescaped(part: string): string | undefined {
  try {
    return decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
  } catch {
    return undefined
  }
}
