import { type Aim, type Cell, type FigureResult, isMet, type Table } from './figure.ts'
import type { Machine } from './machine.ts'

export function printMachine(machine: Machine): string {
  const packages = Object.entries(machine.packages).map(([name, version]) => `${name} ${version}`)
  return [
    `${machine.processor}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}, Node ${machine.node}`,
    `ledgers on ${machine.ledgerFileSystem}; load at the start ${machine.load.toFixed(2)}`,
    packages.join(', '),
    'median of the rounds (least..most)',
  ].join('\n')
}

export function printFigure(title: string, { tables, aims, notes }: FigureResult): string {
  return [`\n== ${title}`, ...tables.map(printTable), ...aims.map(printAim), ...notes.map((note) => `   ${note}`)].join(
    '\n',
  )
}

function printTable({ title, columns, rows }: Table): string {
  const cells = [columns, ...rows.map((row) => row.map(printCell))]
  const widths = columns.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const lines = cells.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
  return `\n${title}\n${lines.join('\n')}\n`
}

function printCell(cell: Cell): string {
  if (typeof cell === 'string') return cell
  return `${number(cell.median)} (${number(cell.min)}..${number(cell.max)})`
}

export function printAim(aim: Aim): string {
  const verdict = isMet(aim) ? 'met   ' : 'missed'
  const by = Math.abs(aim.measured - aim.limit)
  const off = isMet(aim) ? '' : `, by ${number(by)}${aim.limit === 0 ? '' : ` (${number((by / aim.limit) * 100)} %)`}`
  return `${verdict} ${aim.text}: ${number(aim.measured)} ${aim.unit}, aim ${aim.is} ${number(aim.limit)}${off}`
}

/** Three significant digits, or whole. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return '-'
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US')
  return Number(value.toPrecision(3)).toString()
}
