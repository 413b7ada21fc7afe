import type { Document } from './document.ts'
import { placer, type Span } from './lines.ts'
import { find, type Tree } from './tree.ts'

/** Binds a checked value to the places of the tree it was read from. */
export function located<T>(file: string, text: string, tree: Tree, value: T): Document<T> {
  const place = placer(file, text)
  const at: Document<T>['at'] = (path) => {
    const found = find(tree, path)
    // A parent that stands in for a missing key is best shown by its own key: its value may be many lines.
    return place(trimmed(text, found.exact ? found.node.span : found.key))
  }
  return {
    file,
    value,
    at,
    keyAt: (path) => place(trimmed(text, find(tree, path).key)),
    partAt: (path, offset, length) => {
      const { node, exact } = find(tree, path)
      if (!exact || node.kind !== 'scalar' || node.verbatim === undefined) return at(path)
      const start = node.verbatim + Math.max(0, offset)
      return place([start, Math.max(start + 1, Math.min(start + length, node.span[1]))])
    },
  }
}

/** A span without the white space at its end: block collections end after their last line break. */
function trimmed(text: string, [start, end]: Span): Span {
  let last = end
  while (last > start && /\s/.test(text.charAt(last - 1))) last--
  return [start, last]
}
