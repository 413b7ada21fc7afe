import { Inert } from '../../../text/inert.tsx'
import type { Call } from '../call.ts'
import { CallDetails } from '../call-details.tsx'
import { FateBadge } from '../fate-badge.tsx'
import { TallyWords } from '../tally-words.tsx'
import type { GraphNode } from './graph-of.ts'

const shownAtOnce = 50

interface ChosenNodeProps {
  readonly node: GraphNode
  showInTimeline(text: string): void
}

/** What is on record of a part of the graph. */
export function ChosenNode({ node, showInTimeline }: ChosenNodeProps) {
  if (node.kind === 'call') {
    return (
      <>
        <h2>
          <span className="quiet number">{node.call.number}</span> <Inert text={node.call.target} />
        </h2>
        <CallDetails call={node.call} />
      </>
    )
  }
  return (
    <>
      <h2>
        <Inert text={node.label} />
      </h2>
      <p>
        <TallyWords tally={node.tally} />
      </p>
      {node.kind === 'calls' && <Calls calls={node.calls} showInTimeline={showInTimeline} />}
      {node.kind === 'executor' && (
        <button type="button" onClick={() => showInTimeline(node.label)}>
          Show in the timeline
        </button>
      )}
    </>
  )
}

function Calls({ calls, showInTimeline }: { readonly calls: readonly Call[]; showInTimeline(text: string): void }) {
  const targets = new Set(calls.map(({ target }) => target))
  const [target] = targets
  return (
    <>
      {targets.size === 1 && target !== undefined && (
        <button type="button" onClick={() => showInTimeline(target)}>
          Show all {calls.length.toLocaleString()} in the timeline
        </button>
      )}
      <ol className="chosen-calls">
        {calls.slice(0, shownAtOnce).map((call) => (
          <li key={call.id}>
            <span className="quiet number">{call.number}</span> <FateBadge fate={call.fate} />{' '}
            <Inert text={targets.size === 1 ? (call.reasons[0]?.code ?? '') : call.target} />
          </li>
        ))}
      </ol>
      {calls.length > shownAtOnce && (
        <p className="quiet">and {(calls.length - shownAtOnce).toLocaleString()} more, in the timeline</p>
      )}
    </>
  )
}
