import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import {
  type KeyboardEvent,
  useCallback,
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { Choices } from '../../../parts/choices.tsx'
import { Empty } from '../../../parts/empty.tsx'
import { Search } from '../../../parts/search.tsx'
import type { Call, Fate } from '../call.ts'
import { fateWords } from '../fate-words.ts'
import { tallyOf } from '../tally.ts'
import '../tally-words.css'
import { lengthOf } from './bar.ts'
import { rowAfter } from './row-after.ts'
import { shownCalls } from './shown-calls.ts'
import { TimelineRow } from './timeline-row.tsx'
import './timeline.css'

interface TimelineProps {
  readonly calls: readonly Call[]
  readonly text: string
  onText(text: string): void
  /** The id of a call that is opened and scrolled to at first. */
  readonly first?: string | undefined
}

/** Every call of a run in its order, each with its decision; opened, with all that is on record of it. */
export function Timeline({ calls, text, onText, first }: TimelineProps) {
  const [fates, setFates] = useState<ReadonlySet<Fate>>(new Set())
  const [opened, setOpened] = useState<ReadonlySet<string>>(() => new Set(first === undefined ? [] : [first]))
  const tally = useMemo(() => tallyOf(calls), [calls])
  const shown = useMemo(() => shownCalls(calls, { fates, text }), [calls, fates, text])
  const flip = useCallback((id: string) => setOpened((was) => was.symmetricDifference(new Set([id]))), [])
  const choices = tally.map(({ fate, count }) => ({ value: fate, label: <FateChoice fate={fate} count={count} /> }))
  return (
    <>
      <div className="timeline-filter">
        <Search label="Find by tool, executor or code" text={text} onChange={onText} />
        <Choices label="What became of the calls" choices={choices} chosen={fates} onChange={setFates} />
        <p className="quiet timeline-count" role="status">
          {shown.length === calls.length
            ? ''
            : `${shown.length.toLocaleString()} of ${calls.length.toLocaleString()} calls`}
        </p>
      </div>
      {shown.length > 0 ? (
        <Rows calls={shown} length={lengthOf(calls)} opened={opened} flip={flip} first={first} />
      ) : (
        <Empty title="No call fits">
          <p>Take back the filter or the text to see all {calls.length.toLocaleString()} of them.</p>
        </Empty>
      )}
    </>
  )
}

function FateChoice({ fate, count }: { readonly fate: Fate; readonly count: number }) {
  const { sign, word, tone } = fateWords[fate]
  return (
    <span className={`tally-${tone}`}>
      <span aria-hidden="true">{sign}</span> {word} <span className="number">{count.toLocaleString()}</span>
    </span>
  )
}

interface RowsProps {
  readonly calls: readonly Call[]
  readonly length: number
  readonly opened: ReadonlySet<string>
  flip(id: string): void
  readonly first: string | undefined
}

function Rows({ calls, length, opened, flip, first }: RowsProps) {
  const list = useRef<HTMLOListElement>(null)
  const [margin, setMargin] = useState(0)
  const [active, setActive] = useState(() =>
    Math.max(
      0,
      calls.findIndex(({ id }) => id === first),
    ),
  )
  const wanted = useRef<number>(undefined)
  const stop = Math.min(active, calls.length - 1)
  const rows = useVirtualizer({
    count: calls.length,
    getScrollElement: () => document.getElementById('main'),
    estimateSize: () => 57,
    getItemKey: (index) => calls[index]?.id ?? index,
    overscan: 12,
    scrollMargin: margin,
    // The row that the keyboard is on stays, however far one scrolls: it is the one that Tab goes to.
    rangeExtractor: (range) => [...new Set([...defaultRangeExtractor(range), stop])].sort((a, b) => a - b),
  })
  useLayoutEffect(() => {
    const main = document.getElementById('main')
    if (!main || !list.current) return undefined
    const measure = () => {
      if (list.current)
        setMargin(list.current.getBoundingClientRect().top - main.getBoundingClientRect().top + main.scrollTop)
    }
    measure()
    // What stands above it can grow and shrink.
    const sizes = new ResizeObserver(measure)
    for (const child of [main, ...main.querySelectorAll('.page > *')]) sizes.observe(child)
    return () => sizes.disconnect()
  }, [])
  const scrollTo = rows.scrollToIndex
  const toFirst = useEffectEvent(() => {
    if (first !== undefined && stop > 0) scrollTo(stop, { align: 'center' })
  })
  // Only when the page is opened: what comes later moves nobody.
  useEffect(() => toFirst(), [])
  useEffect(() => {
    if (wanted.current === undefined) return
    const row = list.current?.querySelector<HTMLElement>(`[data-index="${wanted.current}"] > button`)
    wanted.current = undefined
    row?.focus({ preventScroll: true })
  })
  const move = (event: KeyboardEvent<HTMLOListElement>) => {
    if (!(event.target instanceof HTMLElement) || !event.target.matches('.timeline-row > button')) return
    const next = rowAfter(event.key, stop, calls.length)
    if (next === undefined) return
    event.preventDefault()
    wanted.current = next
    setActive(next)
    scrollTo(next, { align: 'auto' })
  }
  return (
    <ol ref={list} className="timeline" aria-label="Calls" style={{ height: rows.getTotalSize() }} onKeyDown={move}>
      {rows.getVirtualItems().map(({ index, start }) => {
        const call = calls[index]
        if (!call) return null
        return (
          <TimelineRow
            key={call.id}
            measure={rows.measureElement}
            call={call}
            index={index}
            count={calls.length}
            top={start - margin}
            length={length}
            isOpen={opened.has(call.id)}
            isStop={index === stop}
            flip={flip}
            stopAt={setActive}
          />
        )
      })}
    </ol>
  )
}
