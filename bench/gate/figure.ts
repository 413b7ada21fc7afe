import { join } from 'node:path'
import { measureInChild } from '../harness/child.ts'
import {
  atLeast,
  atMost,
  busy,
  Comparison,
  comparedColumns,
  p50,
  p99,
  perSecond,
  type RoundOf,
  rotated,
} from '../harness/comparison.ts'
import type { Aim, Cell, Figure, Table } from '../harness/figure.ts'
import { installEcp } from '../harness/installed.ts'
import { type Kind, kinds, type LoadOptions, type LoadRound } from '../harness/load-round.ts'
import { spread } from '../harness/statistics.ts'
import { flushTime } from './disk.ts'
import { openWay, type WayName, wayNames } from './ways.ts'

const ways = Object.keys(wayNames) as WayName[] // reason: its keys by its type
const inFlightCounts = [1, 8, 32]

const loadScript = join(import.meta.dirname, '..', 'harness', 'load.ts')

type Flush = ReturnType<typeof flushTime>

export const gateFigure: Figure = {
  name: 'gate',
  title: 'one tool call over stdio, from a real MCP client to a server and back',
  async measure({ quick }, progress) {
    progress('building')
    const ecp = installEcp()
    const rounds: RoundOf<WayName>[] = []
    const flushes: Flush[] = []
    for (let number = 1; number <= (quick ? 1 : 5); number++) {
      flushes.push(flushTime(quick ? 50 : 300))
      const results: Partial<Record<WayName, LoadRound>> = {}
      for (const name of rotated(ways, number)) {
        progress(`round ${number}, ${wayNames[name]}`)
        const way = openWay(name, ecp)
        const { reach, prefix } = way
        const options: LoadOptions = { reach, prefix, inFlight: inFlightCounts, milliseconds: quick ? 150 : 600 }
        try {
          results[name] = await measureInChild<LoadRound>(loadScript, JSON.stringify(options))
        } finally {
          way.close()
        }
      }
      rounds.push(results as RoundOf<WayName>) // reason: the loop went through all of them
    }
    const comparison = new Comparison(rounds)
    return { tables: tables(comparison, flushes), aims: aims(comparison), notes }
  },
}

const notes = [
  'Every way ends at the same server; arguments differ from call to call; a process of its own for each way and round.',
  'Reads are recorded by ecp without a flush, writes with a flushed intent before the server hears of them.',
  'cpu: processor time of the first process after the client for one call; the machine being busy changes it little.',
  'Added time: the quantile of this way less the same quantile of direct in the same round.',
]

function tables(comparison: Comparison<WayName>, flushes: readonly Flush[]): Table[] {
  const perKind = kinds.map((kind) => ({
    title: `${kind}s: milliseconds, and calls per second`,
    columns: ['way', 'in flight', ...comparedColumns, '/ no policy', 'cpu ms'],
    rows: inFlightCounts.flatMap((inFlight) =>
      ways.map((way): Cell[] => {
        const at = [kind, inFlight] as const
        return [
          wayNames[way],
          String(inFlight),
          ...comparison.cells(way, 'direct', at),
          comparison.ratio(way, 'policyFree', at, perSecond),
          comparison.own(way, at, busy),
        ]
      }),
    ),
  }))
  const disk: Table = {
    title: 'the disk itself: append 4 KiB and flush (fsync), milliseconds',
    columns: ['', 'p50', 'p99'],
    rows: [['disk', spread(flushes.map((flush) => flush.p50)), spread(flushes.map((flush) => flush.p99))] as Cell[]],
  }
  return [...perKind, disk]
}

function aims(comparison: Comparison<WayName>): Aim[] {
  const added = (kind: Kind, value: typeof p50) => comparison.less('ecp', 'direct', [kind, 1], value).median
  const share = (kind: Kind) => comparison.ratio('ecp', 'policyFree', [kind, 32], perSecond).median
  return [
    atMost('a read adds over direct, p50', 0.5, added('read', p50)),
    atMost('a read adds over direct, p99', 3, added('read', p99)),
    atMost('a write with its flushed intent adds over direct, p50', 1, added('write', p50)),
    atLeast('reads at 32 in flight, of the proxy without policy', 0.6, share('read')),
    atLeast('flushed writes at 32 in flight, of the proxy without policy', 0.6, share('write')),
  ]
}
