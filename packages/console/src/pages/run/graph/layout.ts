import ELK, { type ElkNode } from 'elkjs/lib/elk-api.js'
import type { Branch, Graph, GraphNode } from './graph-of.ts'
import { layoutWorker } from './layout-worker.ts'

/** Where a node lies, in pixels from the corner of the one that it stands in. */
export interface Placed {
  readonly node: GraphNode
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** The server that a call stands in. */
  readonly inside?: string
  /** The node that a line comes from. */
  readonly from?: string
}

const box = { width: 208, height: 56 }
const leaf = { width: 192, height: 48 }
/** Room for the heading of a server. */
const serverPadding = '[top=56,left=12,bottom=12,right=12]'

let elk: InstanceType<typeof ELK> | undefined

/**
 * Places the nodes: run, executors and servers from left to right, the calls of a server inside it, in their order. The work
 * is done by a worker of its own, a file of this origin. `isNarrow`: from top to bottom instead.
 */
export async function layoutOf({ branches }: Graph, isNarrow: boolean): Promise<readonly Placed[]> {
  elk ??= new ELK({ workerFactory: layoutWorker, algorithms: ['layered', 'rectpacking'] })
  const inside = Map.groupBy(
    branches.filter(({ node }) => isLeaf(node)),
    ({ below }) => below,
  )
  const placed = await elk.layout({
    id: 'root',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': 'RIGHT',
      'elk.spacing.nodeNode': '24',
      'elk.layered.spacing.nodeNodeBetweenLayers': '48',
      'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
    },
    children: branches.flatMap(({ node }): ElkNode[] => {
      if (isLeaf(node)) return []
      if (node.kind !== 'server') return [{ id: node.id, ...box }]
      return [
        {
          id: node.id,
          layoutOptions: {
            'elk.algorithm': 'rectpacking',
            'elk.aspectRatio': isNarrow ? '0.3' : '2',
            'elk.padding': serverPadding,
            'elk.spacing.nodeNode': '8',
          },
          children: (inside.get(node.id) ?? []).map((branch) => ({ id: branch.node.id, ...leaf })),
        },
      ]
    }),
    edges: branches.flatMap(({ node, below }) =>
      isLeaf(node) || below === undefined ? [] : [{ id: `> ${node.id}`, sources: [below], targets: [node.id] }],
    ),
  })
  const places = new Map(
    (placed.children ?? []).flatMap((child) => [child, ...(child.children ?? [])]).map((child) => [child.id, child]),
  )
  const sizeOf = ({ node }: Branch) => places.get(node.id) ?? box
  const at = isNarrow ? stacked(branches, sizeOf) : besideFirst(branches, (id) => places.get(id) ?? {})
  return branches.map((branch) => {
    const { node, below } = branch
    const { width = box.width, height = box.height } = sizeOf(branch)
    const { x = 0, y = 0 } = (isLeaf(node) ? places.get(node.id) : at.get(node.id)) ?? {}
    const above = below === undefined ? {} : isLeaf(node) ? { inside: below } : { from: below }
    return { node, x, y, width, height, ...above }
  })
}

/** Each beside the first of those below it, so that it is read from the top like a text. */
function besideFirst(branches: readonly Branch[], placeOf: (id: string) => Place): ReadonlyMap<string, Place> {
  const topOf = (id: string): number => {
    const first = branches.find(({ node, below }) => below === id && !isLeaf(node))
    return first ? topOf(first.node.id) : (placeOf(id).y ?? 0)
  }
  return new Map(branches.map(({ node: { id } }) => [id, { x: placeOf(id).x ?? 0, y: topOf(id) }]))
}

/** Each under the one before it, and further in than the one that it hangs below: for windows as wide as a phone. */
function stacked(
  branches: readonly Branch[],
  sizeOf: (branch: Branch) => { readonly height?: number },
): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>()
  let y = 0
  const place = (branch: Branch, depth: number) => {
    places.set(branch.node.id, { x: depth * indent, y })
    y += (sizeOf(branch).height ?? box.height) + gap
    for (const child of branches) {
      if (child.below === branch.node.id && !isLeaf(child.node)) place(child, depth + 1)
    }
  }
  const [first] = branches
  if (first) place(first, 0)
  return places
}

interface Place {
  readonly x?: number
  readonly y?: number
}
const indent = 24
const gap = 16

const isLeaf = ({ kind }: GraphNode) => kind === 'call' || kind === 'calls'
