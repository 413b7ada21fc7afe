import { join } from 'node:path'
import { measureInChild } from '../harness/child.ts'
import type { Aim, Cell, Figure, Table } from '../harness/figure.ts'
import { installEcp } from '../harness/installed.ts'
import { type Spread, spread } from '../harness/statistics.ts'
import { flushTime } from './disk.ts'
import { inFlightCounts, type Kind, kinds, type LoadCell, type LoadOptions, type LoadRound } from './round.ts'
import { openWay, type WayName, wayNames } from './ways.ts'

const ways = Object.keys(wayNames) as WayName[] // reason: its keys by its type

interface Round {
  readonly ways: Readonly<Record<WayName, LoadRound>>
  readonly flush: { readonly p50: number; readonly p99: number }
}

export const gateFigure: Figure = {
  name: 'gate',
  title: 'one tool call over stdio, from a real MCP client to a server and back',
  async measure({ quick }, progress) {
    progress('building')
    const ecp = installEcp()
    const rounds: Round[] = []
    for (let number = 1; number <= (quick ? 1 : 5); number++) {
      const flush = flushTime(quick ? 50 : 300)
      const results: Partial<Record<WayName, LoadRound>> = {}
      // Each round begins with another way, so that none has the warm or the busy machine for itself.
      for (const name of [...ways.slice(number % ways.length), ...ways.slice(0, number % ways.length)]) {
        progress(`round ${number}, ${wayNames[name]}`)
        const way = openWay(name, ecp)
        const { command, args, env, prefix } = way
        const options: LoadOptions = {
          command,
          args,
          env,
          prefix,
          inFlight: inFlightCounts,
          milliseconds: quick ? 150 : 600,
        }
        try {
          results[name] = await measureInChild<LoadRound>(join(import.meta.dirname, 'load.ts'), JSON.stringify(options))
        } finally {
          way.close()
        }
      }
      rounds.push({ ways: results as Round['ways'], flush }) // reason: the loop went through all of them
    }
    return { tables: tables(rounds), aims: aims(rounds), notes }
  },
}

const notes = [
  'Every way ends at the same server; arguments differ from call to call; a process of its own for each way and round.',
  'Reads are recorded by ecp without a flush, writes with a flushed intent before the server hears of them.',
  'cpu: processor time of the first process after the client for one call; the machine being busy changes it little.',
  'Added time: the quantile of this way less the same quantile of direct in the same round.',
]

type Value = (cell: LoadCell) => number

function cell(round: Round, way: WayName, kind: Kind, inFlight: number): LoadCell {
  const found = round.ways[way].cells.find((cell) => cell.kind === kind && cell.inFlight === inFlight)
  if (!found) throw new Error(`no ${kind} at ${inFlight} was measured`)
  return found
}

/** The value of a way compared with that of another in each round, over the rounds. */
function compare(
  rounds: readonly Round[],
  [way, other]: readonly [WayName, WayName],
  [kind, inFlight]: readonly [Kind, number],
  value: Value,
  by: (a: number, b: number) => number,
): Spread {
  return spread(
    rounds.map((round) => by(value(cell(round, way, kind, inFlight)), value(cell(round, other, kind, inFlight)))),
  )
}

const less = (a: number, b: number) => a - b
const ratio = (a: number, b: number) => a / b
const own = (a: number) => a
const p50: Value = (cell) => cell.p50
const p99: Value = (cell) => cell.p99
const perSecond: Value = (cell) => cell.perSecond
const busy: Value = (cell) => cell.busy ?? Number.NaN

function tables(rounds: readonly Round[]): Table[] {
  const perKind = kinds.map((kind) => ({
    title: `${kind}s: milliseconds, and calls per second`,
    columns: [
      'way',
      'in flight',
      'p50',
      'p99',
      'added p50',
      'added p99',
      'calls/s',
      '/ direct',
      '/ no policy',
      'cpu ms',
    ],
    rows: inFlightCounts.flatMap((inFlight) =>
      ways.map((way): Cell[] => {
        const at = [kind, inFlight] as const
        const added = (value: Value): Cell =>
          way === 'direct' ? '' : compare(rounds, [way, 'direct'], at, value, less)
        return [
          wayNames[way],
          String(inFlight),
          compare(rounds, [way, way], at, p50, own),
          compare(rounds, [way, way], at, p99, own),
          added(p50),
          added(p99),
          compare(rounds, [way, way], at, perSecond, own),
          compare(rounds, [way, 'direct'], at, perSecond, ratio),
          compare(rounds, [way, 'policyFree'], at, perSecond, ratio),
          compare(rounds, [way, way], at, busy, own),
        ]
      }),
    ),
  }))
  const disk: Table = {
    title: 'the disk itself: append 4 KiB and flush (fsync), milliseconds',
    columns: ['', 'p50', 'p99'],
    rows: [
      ['disk', spread(rounds.map(({ flush }) => flush.p50)), spread(rounds.map(({ flush }) => flush.p99))] as Cell[],
    ],
  }
  return [...perKind, disk]
}

function aims(rounds: readonly Round[]): Aim[] {
  const added = (kind: Kind, value: Value) => compare(rounds, ['ecp', 'direct'], [kind, 1], value, less).median
  const share = (kind: Kind) => compare(rounds, ['ecp', 'policyFree'], [kind, 32], perSecond, ratio).median
  const atMost = (text: string, limit: number, measured: number): Aim => ({
    text,
    unit: 'ms',
    is: 'at most',
    limit,
    measured,
  })
  const atLeast = (text: string, limit: number, measured: number): Aim => ({
    text,
    unit: 'times',
    is: 'at least',
    limit,
    measured,
  })
  return [
    atMost('a read adds over direct, p50', 0.5, added('read', p50)),
    atMost('a read adds over direct, p99', 3, added('read', p99)),
    atMost('a write with its flushed intent adds over direct, p50', 1, added('write', p50)),
    atLeast('reads at 32 in flight, of the proxy without policy', 0.6, share('read')),
    atLeast('flushed writes at 32 in flight, of the proxy without policy', 0.6, share('write')),
  ]
}
