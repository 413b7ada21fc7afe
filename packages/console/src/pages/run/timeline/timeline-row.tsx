import { memo } from 'react'
import { exactly } from '../../../parts/duration.ts'
import { Inert } from '../../../text/inert.tsx'
import type { Call } from '../call.ts'
import { CallDetails } from '../call-details.tsx'
import { FateBadge } from '../fate-badge.tsx'
import { oneLine } from '../one-line.ts'
import { outcomeWords } from '../outcome-words.ts'
import { barOf } from './bar.ts'

interface TimelineRowProps {
  measure(element: HTMLElement | null): void
  readonly call: Call
  readonly index: number
  readonly count: number
  /** Pixels from the top of the list. */
  readonly top: number
  /** Of the run (ms). */
  readonly length: number
  readonly isOpen: boolean
  /** Whether Tab leads to this row. */
  readonly isStop: boolean
  flip(id: string): void
  stopAt(index: number): void
}

export const TimelineRow = memo(function TimelineRow(props: TimelineRowProps) {
  const { measure, call, index, count, top, length, isOpen, isStop, flip, stopAt } = props
  return (
    <li
      ref={measure}
      data-index={index}
      className="timeline-row"
      style={{ transform: `translateY(${top}px)` }}
      aria-posinset={index + 1}
      aria-setsize={count}
    >
      <button
        type="button"
        aria-expanded={isOpen}
        tabIndex={isStop ? 0 : -1}
        onClick={() => flip(call.id)}
        onFocus={() => stopAt(index)}
      >
        <span className="timeline-number number quiet">{call.number}</span>
        <span className="timeline-at number quiet">{call.at === undefined ? '' : `+${exactly(call.at)}`}</span>
        <span className="timeline-fate">
          <FateBadge fate={call.fate} />
        </span>
        <span className="timeline-what">
          <span className="timeline-target">
            <Inert text={call.target} />
          </span>
          <span className="timeline-why quiet">
            <Why call={call} />
          </span>
        </span>
        <span className="timeline-took quiet">{outcomeWords(call)}</span>
        <Lane call={call} length={length} />
      </button>
      {isOpen && (
        <div className="timeline-details">
          <CallDetails call={call} />
        </div>
      )}
    </li>
  )
})

/** The first reason of a call that was stopped, why it failed, and else what it was called with. */
function Why({ call: { reasons, fate, error, arguments: args } }: { readonly call: Call }) {
  const [reason, ...more] = reasons
  const isStopped = fate === 'denied' || fate === 'held' || fate === 'proposed'
  if (!isStopped || !reason) return <Inert text={error === undefined ? oneLine(args) : error.slice(0, 200)} />
  return (
    <>
      <code>{reason.code}</code> <Inert text={reason.message.slice(0, 200)} />
      {more.length > 0 && `, and ${more.length} more`}
    </>
  )
}

function Lane({ call, length }: { readonly call: Call; readonly length: number }) {
  const bar = barOf(call, length)
  return (
    <span className="timeline-lane" aria-hidden="true">
      {bar && (
        <span
          className={`timeline-bar timeline-bar-${call.fate}`}
          style={{ insetInlineStart: `${bar.from * 100}%`, width: `${bar.width * 100}%` }}
        />
      )}
    </span>
  )
}
