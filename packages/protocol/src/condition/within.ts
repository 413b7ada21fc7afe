/**
 * Whether an absolute POSIX path lies in an absolute directory, or is it, after `.`, `..` and double slashes are resolved
 * as text. False for anything relative, for a `..` above the root, and for text with a NUL or a backslash, which other
 * programs read differently. Case-sensitive. Does not follow links: those are the sandbox's business.
 */
export function within(path: string, directory: string): boolean {
  const inner = normalise(path)
  const outer = normalise(directory)
  if (inner === undefined || outer === undefined) return false
  return outer === '/' || inner === outer || inner.startsWith(`${outer}/`)
}

/** `/a//b/./c/../d/` -> `/a/b/d`; `undefined` when it is not an absolute path that everyone reads alike. */
function normalise(path: string): string | undefined {
  if (!path.startsWith('/') || path.includes('\0') || path.includes('\\')) return undefined
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return `/${parts.join('/')}`
}
