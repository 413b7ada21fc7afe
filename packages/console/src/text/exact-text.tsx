import { useVirtualizer } from '@tanstack/react-virtual'
import { type RefObject, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { ExactLine } from './exact-lines.ts'
import { brokenRows, type ExactRow, wholeRows } from './exact-rows.ts'
import { Pieces } from './inert.tsx'
import './exact-text.css'

interface Props {
  readonly lines: readonly ExactLine[]
  /** What it is, for those who do not see where it stands. */
  readonly label: string
}

/** Beyond either, only what is in sight is in the document. */
const mostLines = 400
const mostCharacters = 20_000

/** Lines of unknown origin, all of them, exactly; in a frame that scrolls where there are many. */
export function ExactText({ lines, label }: Props) {
  const isLarge = useMemo(() => lines.length > mostLines || sizeOf(lines) > mostCharacters, [lines])
  return isLarge ? <LargeText lines={lines} label={label} /> : <WholeText lines={lines} label={label} />
}

function sizeOf(lines: readonly ExactLine[]): number {
  return lines.reduce((sum, { segments }) => segments.reduce((size, { text }) => size + text.length, sum), 0)
}

function WholeText({ lines, label }: Props) {
  const rows = useMemo(() => wholeRows(lines), [lines])
  return (
    <section className="exact" aria-label={label}>
      {rows.map((row, index) => (
        <Row key={index.toString()} row={row} indent={indentOf(row)} />
      ))}
    </section>
  )
}

/** Where a line goes on that is too long: a little further in than it began. */
function indentOf({ kind, parts }: ExactRow): number {
  const [first] = parts[0]?.pieces ?? []
  const spaces = first?.kind === 'text' ? first.text.search(/[^ ]|$/) : 0
  return kind === 'plain' ? Math.min(spaces, mostIndent) + 2 : 0
}
const mostIndent = 16

function LargeText({ lines, label }: Props) {
  const frame = useRef<HTMLElement>(null)
  const { columns, rowHeight } = useGrid(frame)
  const rows = useMemo(() => (columns === 0 ? [] : brokenRows(lines, columns)), [lines, columns])
  const sight = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    overscan: 20,
  })
  return (
    <>
      <p className="quiet small">
        {sizeOf(lines).toLocaleString()} characters on {lines.length.toLocaleString()}{' '}
        {lines.length === 1 ? 'line' : 'lines'}; all of it is here, scroll to see it.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached with the keyboard */}
      <section className="exact exact-large" aria-label={label} ref={frame} tabIndex={0}>
        <div className="exact-rows" style={{ height: sight.getTotalSize() }}>
          {sight.getVirtualItems().map(({ key, index, start }) => {
            const row = rows[index]
            return (
              row && (
                <div
                  key={key}
                  className="exact-place"
                  style={{ transform: `translateY(${start}px)`, height: rowHeight }}
                >
                  <Row row={row} />
                </div>
              )
            )
          })}
        </div>
      </section>
    </>
  )
}

const marks: Readonly<Record<ExactRow['kind'], string>> = {
  plain: '',
  same: ' ',
  removed: '-',
  added: '+',
  skipped: '…',
}
const said: Readonly<Partial<Record<ExactRow['kind'], string>>> = { removed: 'removed: ', added: 'added: ' }

function Row({ row: { kind, isRest, parts }, indent = 0 }: { readonly row: ExactRow; readonly indent?: number }) {
  return (
    <div className={`exact-row exact-${kind}`}>
      {kind !== 'plain' && (
        <span className="exact-mark" aria-hidden="true">
          {isRest ? ' ' : marks[kind]}
        </span>
      )}
      {said[kind] !== undefined && !isRest && <span className="unseen">{said[kind]}</span>}
      <code style={indent > 0 ? { paddingInlineStart: `${indent}ch`, textIndent: `-${indent}ch` } : undefined}>
        {parts.map(({ role, pieces }, index) =>
          role === 'plain' ? (
            <Pieces key={index.toString()} pieces={pieces} />
          ) : (
            <bdi key={index.toString()} className={`exact-part-${role}`}>
              <Pieces pieces={pieces} />
            </bdi>
          ),
        )}
      </code>
    </div>
  )
}

/** How many characters stand on a row of the frame, and how high one is. */
function useGrid(frame: RefObject<HTMLElement | null>) {
  const [grid, setGrid] = useState({ columns: 0, rowHeight: 20 })
  useLayoutEffect(() => {
    const element = frame.current
    if (!element) return undefined
    const measure = () => {
      const probe = document.createElement('span')
      probe.className = 'exact-probe'
      probe.textContent = '0'.repeat(100)
      element.append(probe)
      const { width, height } = probe.getBoundingClientRect()
      probe.remove()
      const style = getComputedStyle(element)
      const room = element.clientWidth - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight)
      // Two columns for the mark of a difference.
      const columns = Math.floor(room / (width / 100)) - 2
      setGrid((was) => (was.columns === columns && was.rowHeight === height ? was : { columns, rowHeight: height }))
    }
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    measure()
    return () => observer.disconnect()
  }, [frame])
  return grid
}
