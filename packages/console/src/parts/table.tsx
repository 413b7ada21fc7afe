import type { ReactNode } from 'react'
import './table.css'

export interface Column<Row> {
  readonly key: string
  /** The column's heading: on a phone, each value's. */
  readonly head: string
  cell(row: Row): ReactNode
  /** Numbers stand at the end, so that their digits line up. */
  readonly align?: 'end'
}

interface TableProps<Row> {
  /** What the table holds, for those who do not see where it stands. */
  readonly caption: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  keyOf(row: Row): string
}

/** Rows and columns; on a phone each row becomes a block of headings with their values. */
export function Table<Row>({ caption, columns, rows, keyOf }: TableProps<Row>) {
  return (
    <table className="table">
      <caption className="unseen">{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ key, head, align }) => (
            <th key={key} scope="col" className={align && 'table-end'}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            {columns.map(({ key, head, cell, align }) => (
              <td key={key} data-head={head} className={align && 'table-end'}>
                <div>{cell(row)}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
