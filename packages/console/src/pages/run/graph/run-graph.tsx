import {
  type AriaLabelConfig,
  Background,
  Controls,
  type Edge,
  type NodeChange,
  type NodeTypes,
  ReactFlow,
  type ReactFlowInstance,
} from '@xyflow/react'
import '@xyflow/react/dist/base.css'
import { type KeyboardEvent, useEffect, useMemo, useState } from 'react'
import { type ConsoleError, errorOf } from '../../../error.ts'
import { ErrorNote } from '../../../parts/error-note.tsx'
import { Loading } from '../../../parts/loading.tsx'
import { useIsNarrow } from '../../../parts/use-is-narrow.ts'
import type { Call } from '../call.ts'
import { ChosenNode } from './chosen-node.tsx'
import { GraphBox, type GraphBoxNode } from './graph-box.tsx'
import { type Graph, graphOf } from './graph-of.ts'
import { layoutOf, type Placed } from './layout.ts'
import { nodeWords } from './node-words.ts'
import './run-graph.css'

interface RunGraphProps {
  readonly label: string
  readonly calls: readonly Call[]
  showInTimeline(text: string): void
}

const nodeTypes: NodeTypes = { box: GraphBox }
const words: Partial<AriaLabelConfig> = {
  'node.a11yDescription.default': 'Press Enter to see what is on record of it, and the arrow keys for the next one.',
}

const margin = 16
/** Smaller text than at this zoom is no text. */
const leastReadable = 0.75

/** A run as a graph: run, executors, servers, and inside them the calls. What is chosen is shown beside it. */
export default function RunGraph({ label, calls, showInTimeline }: RunGraphProps) {
  const graph = useMemo(() => graphOf(label, calls), [label, calls])
  const isNarrow = useIsNarrow()
  const { placed, error } = usePlaced(graph, isNarrow)
  const [chosen, setChosen] = useState<string>()
  const stop = placed?.some(({ node }) => node.id === chosen) ? chosen : placed?.[0]?.node.id
  const nodes = useMemo(
    () => placed?.map((one) => shown(one, chosen, stop, isNarrow)) ?? [],
    [placed, chosen, stop, isNarrow],
  )
  const edges = useMemo(() => placed?.flatMap(edgeTo) ?? [], [placed])
  const chosenNode = graph.branches.find(({ node }) => node.id === chosen)?.node
  const choose = (changes: NodeChange<GraphBoxNode>[]) => {
    const selected = changes.flatMap((change) => (change.type === 'select' ? [change] : []))
    const next = selected.find((change) => change.selected)
    if (next) setChosen(next.id)
    else if (selected.some(({ id }) => id === chosen)) setChosen(undefined)
  }
  const move = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    const all = [...event.currentTarget.querySelectorAll<HTMLElement>('.react-flow__node')]
    const at = event.target instanceof HTMLElement ? all.indexOf(event.target) : -1
    if (step === undefined || at === -1) return
    event.preventDefault()
    all[Math.max(0, Math.min(all.length - 1, at + step))]?.focus()
  }
  if (error) return <ErrorNote error={error} />
  if (!placed) return <Loading what="the graph" />
  return (
    <>
      <p className="run-graph-bound quiet">{boundWords(graph, calls.length)}</p>
      <div className="run-graph">
        <div className="run-graph-frame">
          <ReactFlow<GraphBoxNode, Edge>
            aria-label="Graph of the run"
            nodes={nodes}
            edges={edges}
            nodeTypes={nodeTypes}
            onNodesChange={choose}
            onKeyDown={move}
            nodesDraggable={false}
            nodesConnectable={false}
            edgesFocusable={false}
            zoomOnScroll={false}
            preventScrolling={false}
            deleteKeyCode={null}
            selectionKeyCode={null}
            multiSelectionKeyCode={null}
            minZoom={0.1}
            maxZoom={1.5}
            onInit={showFromTop}
            colorMode="system"
            ariaLabelConfig={words}
          >
            <Background gap={24} />
            <Controls showInteractive={false} />
          </ReactFlow>
        </div>
        <section className="run-graph-chosen" aria-label="What is chosen" aria-live="polite">
          {chosenNode ? (
            <ChosenNode node={chosenNode} showInTimeline={showInTimeline} />
          ) : (
            <p className="quiet">Choose a part of the graph to see what is on record of it.</p>
          )}
        </section>
      </div>
    </>
  )
}

/** All of it where it can be read then, and else its beginning. */
function showFromTop({ getNodes, getNodesBounds, setViewport }: ReactFlowInstance<GraphBoxNode, Edge>): void {
  const frame = document.querySelector('.run-graph-frame')
  if (!frame) return
  const { width, height } = getNodesBounds(getNodes())
  const fit = Math.min((frame.clientWidth - 2 * margin) / width, (frame.clientHeight - 2 * margin) / height)
  void setViewport({ x: margin, y: margin, zoom: Math.max(leastReadable, Math.min(1, fit)) })
}

/** The last layout stays until the next one is there. */
function usePlaced(
  graph: Graph,
  isNarrow: boolean,
): { readonly placed?: readonly Placed[]; readonly error?: ConsoleError } {
  const [state, setState] = useState<{ readonly placed?: readonly Placed[]; readonly error?: ConsoleError }>({})
  useEffect(() => {
    let isOld = false
    layoutOf(graph, isNarrow).then(
      (placed) => isOld || setState({ placed }),
      (cause: unknown) => isOld || setState({ error: errorOf(cause) }),
    )
    return () => {
      isOld = true
    }
  }, [graph, isNarrow])
  return state
}

function shown(
  { node, x, y, width, height, inside }: Placed,
  chosen: string | undefined,
  stop: string | undefined,
  isNarrow: boolean,
): GraphBoxNode {
  return {
    id: node.id,
    type: 'box',
    position: { x, y },
    width,
    height,
    data: { node, isNarrow },
    selected: node.id === chosen,
    ariaLabel: nodeWords(node),
    domAttributes: { tabIndex: node.id === stop ? 0 : -1 },
    ...(inside === undefined ? {} : { parentId: inside }),
  }
}

function edgeTo({ node, from }: Placed): Edge[] {
  return from === undefined
    ? []
    : [{ id: `> ${node.id}`, source: from, target: node.id, type: 'smoothstep', selectable: false }]
}

function boundWords({ detail }: Graph, count: number): string {
  const all = count.toLocaleString()
  switch (detail) {
    case 'calls':
      return `${all} ${count === 1 ? 'call' : 'calls'}, each on its own.`
    case 'tools':
      return `${all} calls are too many to draw each: those of one tool are drawn as one. The timeline has each of them.`
    case 'some-tools':
      return `${all} calls of more tools than can be drawn: those of one tool are drawn as one, and the tools with the fewest calls together. The timeline has each of them.`
  }
}
