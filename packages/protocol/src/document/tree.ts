import type { Path } from './document.ts'
import type { Span } from './lines.ts'

export type Scalar = string | number | boolean | null

/** A document as it was written: plain values, each with its place; aliases expanded, nothing shared. */
export type Tree =
  | {
      readonly kind: 'map'
      readonly span: Span
      readonly entries: Map<string, { readonly key: Span; readonly value: Tree }>
    }
  | { readonly kind: 'list'; readonly span: Span; readonly items: Tree[] }
  | {
      readonly kind: 'scalar'
      readonly span: Span
      readonly value: Scalar
      /** Offset at which the text stands in the source character by character, where it does. */
      readonly verbatim?: number
    }

/** The plain value of a tree. */
export function plainValue(tree: Tree): unknown {
  switch (tree.kind) {
    case 'scalar':
      return tree.value
    case 'list':
      return tree.items.map(plainValue)
    case 'map':
      return Object.fromEntries([...tree.entries].map(([key, entry]) => [key, plainValue(entry.value)]))
  }
}

/** A tree of a plain value that was not written anywhere: every part of it has the same place. */
export function treeOf(value: unknown, span: Span): Tree {
  if (Array.isArray(value)) return { kind: 'list', span, items: value.map((item) => treeOf(item, span)) }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, item]) => [key, { key: span, value: treeOf(item, span) }] as const)
    return { kind: 'map', span, entries: new Map(entries) }
  }
  const plain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
  return { kind: 'scalar', span, value: plain }
}

/** The node at a path, with its key's span; `exact` is false when a parent stands in for what does not exist. */
export function find(root: Tree, path: Path): { node: Tree; key: Span; exact: boolean } {
  let node = root
  let key = root.span
  for (const part of path) {
    if (node.kind === 'map') {
      const entry = node.entries.get(String(part))
      if (!entry) return { node, key, exact: false }
      node = entry.value
      key = entry.key
    } else {
      const item = node.kind === 'list' ? node.items[Number(part)] : undefined
      if (!item) return { node, key, exact: false }
      node = item
      key = item.span
    }
  }
  return { node, key, exact: true }
}
