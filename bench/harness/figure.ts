import type { Spread } from './statistics.ts'

/** What is printed in one cell: text, or a number with its spread over the rounds. */
export type Cell = string | Spread

export interface Table {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
}

/** What the figure was meant to be. `measured` is the median of the rounds. */
export interface Aim {
  readonly text: string
  readonly unit: string
  readonly limit: number
  readonly is: 'at most' | 'at least'
  readonly measured: number
}

export interface FigureResult {
  readonly tables: readonly Table[]
  readonly aims: readonly Aim[]
  /** How it was measured, and what the numbers do not say. */
  readonly notes: readonly string[]
}

/** How much time a figure takes: `quick` shows that it runs, and its numbers are worth little. */
interface Effort {
  readonly quick: boolean
}

export interface Figure {
  readonly name: string
  readonly title: string
  measure(effort: Effort, progress: (line: string) => void): Promise<FigureResult>
}

export function isMet(aim: Aim): boolean {
  return aim.is === 'at most' ? aim.measured <= aim.limit : aim.measured >= aim.limit
}
