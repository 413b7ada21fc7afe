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
import { writeEcpFiles } from '../harness/ecp-files.ts'
import type { Aim, Cell, Figure, Table } from '../harness/figure.ts'
import { type InstalledEcp, installEcp } from '../harness/installed.ts'
import { kinds, type LoadOptions, type LoadRound } from '../harness/load-round.ts'
import { spread } from '../harness/statistics.ts'
import { openGateway } from './gateway.ts'
import { connectIdle } from './idle-clients.ts'
import { openWay, type WayName, wayNames } from './ways.ts'

const ways = Object.keys(wayNames) as WayName[] // reason: its keys by its type
const inFlightCounts = [1, 8, 32, 128]
const loadScript = join(import.meta.dirname, '..', 'harness', 'load.ts')

export const httpFigure: Figure = {
  name: 'http',
  title: 'one tool call over streamable HTTP, from a real MCP client to a server and back',
  async measure({ quick }, progress) {
    progress('building')
    const ecp = installEcp()
    const rounds: RoundOf<WayName>[] = []
    for (let number = 1; number <= (quick ? 1 : 5); number++) {
      const results: Partial<Record<WayName, LoadRound>> = {}
      for (const name of rotated(ways, number)) {
        progress(`round ${number}, ${wayNames[name]}`)
        results[name] = await load(name, ecp, quick ? 150 : 600)
      }
      rounds.push(results as RoundOf<WayName>) // reason: the loop went through all of them
    }
    const comparison = new Comparison(rounds)
    return {
      tables: [...tables(comparison), await starting(ecp, quick ? 2 : 9, progress), await idle(ecp, quick, progress)],
      aims: aims(comparison),
      notes,
    }
  },
}

const notes = [
  'Every way ends at the same two tools; one SDK client of revision 2025-11-25 for each way and round, in a process of its own.',
  'The client sends with the fetch of Node, which opens a connection for each call in flight and keeps it.',
  "direct: the SDK's handler for HTTP, as its guide serves one. mcp-proxy: the package's command. Both with their defaults.",
  'ecp serve: a token for each client; reads recorded without a flush, writes with a flushed intent before the server hears of them.',
  'Client, gateway and server share the cores of the machine: throughput is of all three.',
  'cpu: processor time for one call of the process that listens; the machine being busy changes it little.',
  'Added time: the quantile of this way less the same quantile of direct in the same round.',
  'Memory: resident memory after a garbage collection with the clients connected and listening, less before, for each.',
]

async function load(name: WayName, ecp: InstalledEcp, milliseconds: number): Promise<LoadRound> {
  const way = await openWay(name, ecp)
  const { reach, prefix } = way
  const options: LoadOptions = { reach, prefix, inFlight: inFlightCounts, milliseconds }
  try {
    return await measureInChild<LoadRound>(loadScript, JSON.stringify(options))
  } finally {
    await way.close()
  }
}

function tables(comparison: Comparison<WayName>): Table[] {
  return kinds.map((kind) => ({
    title: `${kind}s: milliseconds, and calls per second`,
    columns: ['way', 'in flight', ...comparedColumns, '/ mcp-proxy', 'cpu ms'],
    rows: inFlightCounts.flatMap((inFlight) =>
      ways.map((way): Cell[] => {
        const at = [kind, inFlight] as const
        return [
          wayNames[way],
          String(inFlight),
          ...comparison.cells(way, 'direct', at),
          comparison.ratio(way, 'package', at, perSecond),
          comparison.own(way, at, busy),
        ]
      }),
    ),
  }))
}

async function starting(ecp: InstalledEcp, rounds: number, progress: (line: string) => void): Promise<Table> {
  const told: number[] = []
  const ready: number[] = []
  for (let round = 1; round <= rounds; round++) {
    progress(`start, round ${round}`)
    const gateway = await openGateway(ecp.command, writeEcpFiles())
    told.push(gateway.toldAfter)
    ready.push(gateway.readyAfter)
    await gateway.close()
  }
  return {
    title: 'ecp serve, milliseconds from the start of its process',
    columns: ['', 'time'],
    rows: [
      ['it says that it is ready', spread(told)],
      ['/readyz has answered', spread(ready)],
    ],
  }
}

async function idle(ecp: InstalledEcp, quick: boolean, progress: (line: string) => void): Promise<Table> {
  const count = quick ? 100 : 1_000
  const rss: number[] = []
  const heap: number[] = []
  for (let round = 1; round <= (quick ? 1 : 3); round++) {
    progress(`idle clients, round ${round}`)
    const gateway = await openGateway(ecp.command, writeEcpFiles(), { clients: count + warm, isMeasured: true })
    try {
      // What is loaded and compiled for the first ones is not theirs.
      await (await connectIdle(gateway, range(count, warm)))()
      const before = await gateway.memory()
      const leave = await connectIdle(gateway, range(0, count))
      const after = await gateway.memory()
      rss.push((after.rss - before.rss) / count / 1024)
      heap.push((after.heapUsed - before.heapUsed) / count / 1024)
      await leave()
    } finally {
      await gateway.close()
    }
  }
  return {
    title: `ecp serve, memory of an idle client that is connected and listens, of ${count} with a token each; KB`,
    columns: ['', 'each'],
    rows: [
      ['resident', spread(rss)],
      ['of it on the heap of JavaScript', spread(heap)],
    ],
  }
}

const warm = 50
const range = (first: number, count: number) => Array.from({ length: count }, (_, index) => first + index)

function aims(comparison: Comparison<WayName>): Aim[] {
  const more = inFlightCounts.flatMap((inFlight) =>
    (
      [
        ['p50', p50],
        ['p99', p99],
      ] as const
    ).map(([name, value]) => {
      const { median } = comparison.less('ecpStdio', 'package', ['read', inFlight], value)
      return atMost(`a read at ${inFlight} in flight adds more than mcp-proxy does, ${name}`, 0, median)
    }),
  )
  const share = (way: WayName, other: WayName) => comparison.ratio(way, other, ['read', 32], perSecond).median
  return [
    ...more,
    atLeast('reads at 32 in flight, of mcp-proxy', 2, share('ecpStdio', 'package')),
    atLeast('reads at 32 in flight, of direct, stdio server behind', 0.5, share('ecpStdio', 'direct')),
    atLeast('reads at 32 in flight, of direct, the same HTTP server behind', 0.5, share('ecpHttp', 'direct')),
  ]
}
