import { Handle, type Node, type NodeProps, Position } from '@xyflow/react'
import { Inert } from '../../../text/inert.tsx'
import { TallyWords } from '../tally-words.tsx'
import type { GraphNode } from './graph-of.ts'

export type GraphBoxNode = Node<{ readonly node: GraphNode; readonly isNarrow: boolean }, 'box'>

/** One node of the graph, as large as its layout gave it. */
export function GraphBox({ data: { node, isNarrow } }: NodeProps<GraphBoxNode>) {
  return (
    <div className={`graph-box graph-box-${node.kind}`} data-fate={node.kind === 'call' ? node.call.fate : undefined}>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <div className="graph-box-label">
        {node.kind === 'call' ? (
          <span className="quiet number">{node.call.number}</span>
        ) : (
          <span className="quiet">{node.kind === 'calls' ? `${node.calls.length.toLocaleString()} ×` : node.kind}</span>
        )}{' '}
        <Inert text={node.label} />
      </div>
      <div className="graph-box-tally">
        {node.kind === 'call' ? (
          <TallyWords tally={[{ fate: node.call.fate, count: 1 }]} as="one" />
        ) : (
          <TallyWords tally={node.tally} as="short" />
        )}
        {node.kind === 'call' && node.call.effect !== 'allow' && node.call.reasons[0] && (
          <code className="quiet">{node.call.reasons[0].code}</code>
        )}
      </div>
      <Handle type="source" position={isNarrow ? Position.Bottom : Position.Right} isConnectable={false} />
    </div>
  )
}
