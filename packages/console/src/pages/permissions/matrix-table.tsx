import type { OperatorBoundary } from '@ecp/protocol'
import { Fragment, type KeyboardEvent, useId, useRef, useState } from 'react'
import { Inert } from '../../text/inert.tsx'
import { Cell } from './cell.tsx'
import { cellAfter, type Place } from './cell-after.ts'
import { ChosenCell } from './chosen-cell.tsx'
import type { MatrixSection } from './matrix.ts'

interface MatrixTableProps {
  readonly boundaries: readonly OperatorBoundary[]
  readonly sections: readonly MatrixSection[]
}

/**
 * The matrix as a grid (WAI-ARIA APG): Tab leads into it once, arrows from cell to cell. Beside it stands why the cell that
 * one is on says what it says.
 */
export function MatrixTable({ boundaries, sections }: MatrixTableProps) {
  const [place, setPlace] = useState<Place>({ row: 0, column: 0 })
  const [isChosen, setChosen] = useState(false)
  const grid = useRef<HTMLTableElement>(null)
  const id = useId()
  const rows = sections.flatMap((section) => section.rows)
  const row = Math.min(place.row, rows.length - 1)
  const chosen = rows[row]
  const choose = (next: Place) => {
    setPlace(next)
    setChosen(true)
  }
  const move = (event: KeyboardEvent) => {
    const next = cellAfter(event.key, { row, column: place.column }, rows.length, boundaries.length)
    if (!next) return
    event.preventDefault()
    grid.current?.querySelector<HTMLElement>(`[data-place="${next.row} ${next.column}"]`)?.focus()
  }
  let at = -1
  return (
    <div className="permissions">
      <div className="permissions-frame">
        {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: reason: a grid is a table whose cells are gone through with arrows (WAI-ARIA APG) */}
        <table ref={grid} role="grid" aria-label="Permissions" aria-describedby={`${id}-how`} onKeyDown={move}>
          <thead>
            <tr>
              <th scope="col">Tool</th>
              {boundaries.map((boundary) => (
                <th key={`${boundary.file} ${boundary.executor}`} scope="col">
                  <BoundaryName boundary={boundary} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sections.map((section) => (
              <Fragment key={`${section.kind} ${section.title}`}>
                <tr className="permissions-section">
                  <th scope="rowgroup" colSpan={boundaries.length + 1}>
                    <Inert text={section.title} />
                  </th>
                </tr>
                {section.rows.map((one) => {
                  at++
                  const index = at
                  return (
                    <tr key={one.target}>
                      <th scope="row">
                        <Inert text={one.name} />
                      </th>
                      {one.cells.map((permission, column) => (
                        <Cell
                          key={`${boundaries[column]?.file} ${boundaries[column]?.executor}`}
                          permission={permission}
                          place={{ row: index, column }}
                          isStop={index === row && column === place.column}
                          isChosen={isChosen && index === row && column === place.column}
                          choose={choose}
                        />
                      ))}
                    </tr>
                  )
                })}
              </Fragment>
            ))}
          </tbody>
        </table>
      </div>
      <section className="permissions-why" aria-label="Why" aria-live="polite">
        {isChosen && chosen ? (
          <ChosenCell
            row={chosen}
            permission={chosen.cells[place.column]}
            boundary={boundaries[place.column]}
            close={() => setChosen(false)}
          />
        ) : (
          <p id={`${id}-how`} className="quiet">
            Choose a cell to see why, with the line of the file that says so. The arrow keys go from cell to cell.
          </p>
        )}
      </section>
    </div>
  )
}

function BoundaryName({ boundary: { executor, context, file, clients } }: { readonly boundary: OperatorBoundary }) {
  return (
    <>
      <Inert text={executor} />
      <div className="permissions-context">
        <Inert text={context ? `${context.name} ${context.version}` : file} />
      </div>
      <div className="permissions-context">
        <Inert text={clients.join(', ')} />
      </div>
    </>
  )
}
