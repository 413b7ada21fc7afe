import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import type { Inbox } from '../../approvals/inbox-list.ts'
import { useKeys } from '../../keys/use-keys.ts'
import { useIsNarrow } from '../../parts/use-is-narrow.ts'
import { InboxRow } from './inbox-row.tsx'

interface Props {
  readonly inbox: Inbox
  readMore(): void
}

// Of a row with its line; on a phone what stands beside each other elsewhere stands below.
const rowHeight = 61
const narrowRowHeight = 104
/** Which one the keyboard stands at; still known when somebody comes back from it. */
let last: string | undefined

/** All rows of the inbox, of which only those in sight are in the document. */
export function InboxRows({ inbox, readMore }: Props) {
  const { approvals, hasMore, isReading } = inbox
  const frame = useRef<HTMLDivElement>(null)
  const [, navigate] = useLocation()
  const [active, setActive] = useState(last)
  const size = useIsNarrow() ? narrowRowHeight : rowHeight
  const rows = useVirtualizer({
    count: approvals.length,
    getScrollElement: () => frame.current,
    estimateSize: () => size,
    overscan: 8,
    getItemKey: (index) => approvals[index]?.approval ?? index,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height is what is measured anew
  useEffect(() => rows.measure(), [size])
  const place = approvals.findIndex(({ approval }) => approval === active)
  // Who comes back stands where they left.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once
  useEffect(() => {
    if (place > 0) rows.scrollToIndex(place, { align: 'center' })
  }, [])

  const toFocus = useRef<string>(undefined)
  const goTo = (index: number) => {
    const next = approvals[Math.max(0, Math.min(index, approvals.length - 1))]
    if (!next) return
    toFocus.current = next.approval
    choose(next.approval)
    rows.scrollToIndex(approvals.indexOf(next))
    focusRow()
  }
  const choose = (id: string) => {
    last = id
    setActive(id)
  }
  const focusRow = () => {
    const id = toFocus.current
    if (id === undefined) return
    const row = frame.current?.querySelector<HTMLElement>(`[data-approval="${CSS.escape(id)}"]`)
    if (!row) return
    toFocus.current = undefined
    row.focus({ preventScroll: true })
  }
  // A row that was out of sight is there after the list has moved to it.
  useEffect(focusRow)

  const answer = (wanted: 'approve' | 'deny') => {
    const at = approvals[place]
    if (at) navigate(`/approvals/${at.approval}`, { state: { wanted } })
  }
  const next = () => goTo(place + 1)
  const before = () => goTo(place < 0 ? 0 : place - 1)
  const newest = () => goTo(0)
  const oldest = () => goTo(approvals.length - 1)
  const open = () => {
    const at = approvals[place]
    if (at) navigate(`/approvals/${at.approval}`)
  }
  useKeys({
    j: next,
    ArrowDown: next,
    k: before,
    ArrowUp: before,
    Home: newest,
    End: oldest,
    a: () => answer('approve'),
    d: () => answer('deny'),
    Enter: open,
  })

  return (
    <div className="inbox-frame" ref={frame}>
      <ul className="inbox-rows" style={{ height: rows.getTotalSize() }} aria-label="What waits">
        {rows.getVirtualItems().map(({ key, index, start }) => {
          const approval = approvals[index]
          if (!approval) return null
          return (
            <li
              key={key}
              className="inbox-place"
              aria-setsize={hasMore || isReading ? -1 : approvals.length}
              aria-posinset={index + 1}
              style={{ height: size, transform: `translateY(${start}px)` }}
            >
              <InboxRow approval={approval} isActive={approval.approval === active} onFocus={choose} />
            </li>
          )
        })}
      </ul>
      {hasMore && !isReading && (
        <p className="inbox-more">
          {approvals.length} are shown; there are older ones.{' '}
          <button type="button" onClick={readMore}>
            Show more
          </button>
        </p>
      )}
    </div>
  )
}
