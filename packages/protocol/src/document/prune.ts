import type { z } from 'zod'
import { plainValue, type Tree } from './tree.ts'

/** How often what is left is looked at again: each time a parent may fall because a required part of it fell. */
const maxRounds = 12

/** What is left of a tree, and what was taken out. */
export interface Pruned<T> {
  readonly value: T
  /** Mappings and lists that lost a part. */
  readonly owners: ReadonlySet<Tree>
  /** Every key and text that was taken out: a name among them is not missing. */
  readonly words: ReadonlySet<string>
}

/**
 * Takes the parts of a tree out that its schema refuses, in place. `standIns` take the place of root keys that must be
 * there. Undefined when the root falls too.
 */
export function prune<T>(
  schema: z.ZodType<T>,
  tree: Tree,
  standIns: Readonly<Record<string, Tree>>,
): Pruned<T> | undefined {
  const owners = new Set<Tree>()
  const words = new Set<string>()
  for (let round = 0; round < maxRounds; round++) {
    const result = schema.safeParse(plainValue(tree))
    if (result.success) return { value: result.data, owners, words }
    const cuts = result.error.issues
      .flatMap((issue) =>
        issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path],
      )
      .flatMap((path) => cut(tree, path.map(String)) ?? [])
    if (cuts.length === 0 && !fill(tree, standIns)) return undefined
    for (const { owner, key, child } of cuts) {
      owners.add(owner)
      words.add(key)
      addWords(child, words)
      // By identity: an item that stood at an index may have moved since the cut was found.
      if (owner.kind === 'list' && owner.items.includes(child)) owner.items.splice(owner.items.indexOf(child), 1)
      if (owner.kind === 'map' && owner.entries.get(key)?.value === child) owner.entries.delete(key)
    }
  }
  return undefined
}

/** Puts stand-ins where root keys are missing. Returns whether there was one to put. */
function fill(root: Tree, standIns: Readonly<Record<string, Tree>>): boolean {
  if (root.kind !== 'map') return false
  const missing = Object.entries(standIns).filter(([key]) => !root.entries.has(key))
  for (const [key, value] of missing) root.entries.set(key, { key: root.span, value })
  return missing.length > 0
}

function addWords(tree: Tree, words: Set<string>): void {
  if (tree.kind === 'list') for (const item of tree.items) addWords(item, words)
  else if (tree.kind === 'scalar') words.add(String(tree.value))
  else {
    for (const [key, { value }] of tree.entries) {
      words.add(key)
      addWords(value, words)
    }
  }
}

interface Cut {
  readonly owner: Tree
  readonly key: string
  readonly child: Tree
}

/** Where to cut for a fault at `path`: its node, or the nearest parent where nothing stands there; never the root. */
function cut(root: Tree, path: readonly string[]): Cut | undefined {
  let node = root
  let last: Cut | undefined
  for (const key of path) {
    const child =
      node.kind === 'map' ? node.entries.get(key)?.value : node.kind === 'list' ? node.items[Number(key)] : undefined
    if (!child) break
    last = { owner: node, key, child }
    node = child
  }
  return last
}
