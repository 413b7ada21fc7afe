import type { Aim, Cell } from './figure.ts'
import type { Kind, LoadCell, LoadRound } from './load-round.ts'
import { type Spread, spread } from './statistics.ts'

/** Of one round, what was measured on each way. */
export type RoundOf<Way extends string> = Readonly<Record<Way, LoadRound>>

type Value = (cell: LoadCell) => number
export const p50: Value = (cell) => cell.p50
export const p99: Value = (cell) => cell.p99
export const perSecond: Value = (cell) => cell.perSecond
export const busy: Value = (cell) => cell.busy ?? Number.NaN

/** Which calls, and how many of them in flight. */
export type At = readonly [Kind, number]

/** The ways of a figure beside each other, round by round: what two of them have in one round is compared, never a mean. */
export class Comparison<Way extends string> {
  readonly #rounds: readonly RoundOf<Way>[]

  constructor(rounds: readonly RoundOf<Way>[]) {
    this.#rounds = rounds
  }

  own(way: Way, at: At, value: Value): Spread {
    return spread(this.#rounds.map((round) => value(cell(round[way], at))))
  }

  /** This way less another one. */
  less(way: Way, other: Way, at: At, value: Value): Spread {
    return spread(this.#rounds.map((round) => value(cell(round[way], at)) - value(cell(round[other], at))))
  }

  ratio(way: Way, other: Way, at: At, value: Value): Spread {
    return spread(this.#rounds.map((round) => value(cell(round[way], at)) / value(cell(round[other], at))))
  }

  /** p50, p99, what both are more than on another way, and calls a second. */
  cells(way: Way, direct: Way, at: At): readonly Cell[] {
    const added = (value: Value): Cell => (way === direct ? '' : this.less(way, direct, at, value))
    return [
      this.own(way, at, p50),
      this.own(way, at, p99),
      added(p50),
      added(p99),
      this.own(way, at, perSecond),
      this.ratio(way, direct, at, perSecond),
    ]
  }
}

/** What {@link Comparison.cells} gives. */
export const comparedColumns = ['p50', 'p99', 'added p50', 'added p99', 'calls/s', '/ direct'] as const

function cell({ cells }: LoadRound, [kind, inFlight]: At): LoadCell {
  const found = cells.find((cell) => cell.kind === kind && cell.inFlight === inFlight)
  if (!found) throw new Error(`no ${kind} at ${inFlight} was measured`)
  return found
}

export function atMost(text: string, limit: number, measured: number, unit = 'ms'): Aim {
  return { text, unit, is: 'at most', limit, measured }
}

export function atLeast(text: string, limit: number, measured: number, unit = 'times'): Aim {
  return { text, unit, is: 'at least', limit, measured }
}

/** Each round begins with another way, so that none has the warm or the busy machine for itself. */
export function rotated<Way>(ways: readonly Way[], round: number): readonly Way[] {
  const first = round % ways.length
  return [...ways.slice(first), ...ways.slice(0, first)]
}
