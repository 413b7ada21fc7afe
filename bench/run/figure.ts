import { join } from 'node:path'
import { measureInChild, nodeArguments } from '../harness/child.ts'
import { atMost } from '../harness/comparison.ts'
import type { Figure } from '../harness/figure.ts'
import { installEcp } from '../harness/installed.ts'
import { spread } from '../harness/statistics.ts'
import { firstLine, start } from '../http/listening.ts'
import type { LoopOptions, LoopRound, LoopWay, Shape } from './loop-round.ts'
import { runBare, runSmallest, type Whole } from './whole.ts'

const script = (name: string) => join(import.meta.dirname, name)

export const runFigure: Figure = {
  name: 'run',
  title: 'running a Context',
  async measure({ quick }, progress) {
    progress('building')
    const ecp = installEcp()
    const server = start({ command: [process.execPath, ...nodeArguments(script('model-server.ts'))] })
    const { baseURL } = await firstLine<{ baseURL: string }>(server)
    // Two shapes with the same turns: what the second takes more is its calls.
    const turns = quick ? 5 : 40
    const shapes: readonly [Shape, Shape] = [
      { turns, calls: 1 },
      { turns, calls: 5 },
    ]
    const measured: Record<LoopWay, Each[]> = { direct: [], ecp: [] }
    const swarms: number[] = []
    const wholes: Whole[] = []
    const bare: number[] = []
    const resumed: number[] = []
    const actions = quick ? 1_000 : 10_000
    try {
      for (let round = 1; round <= (quick ? 1 : 7); round++) {
        progress(`round ${round}, loops`)
        // In turns, so that none has the warm or the busy machine for itself.
        const ways: readonly LoopWay[] = round % 2 === 1 ? ['direct', 'ecp'] : ['ecp', 'direct']
        for (const way of ways) {
          const options: LoopOptions = { way, baseURL, shapes, times: quick ? 1 : 5 }
          const { took } = await measureInChild<LoopRound>(script('measure-loop.ts'), JSON.stringify(options))
          measured[way].push(eachOf(took, shapes))
        }
        progress(`round ${round}, swarm`)
        swarms.push(await measureInChild<number>(script('measure-swarm.ts'), baseURL))
        progress(`round ${round}, resume`)
        resumed.push(await measureInChild<number>(script('measure-resume.ts'), String(actions)))
        progress(`round ${round}, the smallest example`)
        wholes.push(await runSmallest(ecp))
        bare.push(await runBare())
      }
    } finally {
      await server.stop()
    }
    const own = (way: LoopWay, what: keyof Each) => spread(measured[way].map((each) => each[what]))
    const compared = (what: keyof Each, how: (ecp: number, direct: number) => number) =>
      spread(measured.ecp.map((each, round) => how(each[what], measured.direct[round]?.[what] ?? Number.NaN)))
    const row = (text: string, what: keyof Each) => [
      text,
      own('direct', what),
      own('ecp', what),
      compared(what, (a, b) => a - b),
      compared(what, (a, b) => a / b),
    ]
    const less = (what: keyof Each) => compared(what, (a, b) => a - b).median
    const took = spread(wholes.map((whole) => whole.took))
    const peak = spread(wholes.map(({ peakMb }) => peakMb))
    return {
      tables: [
        {
          title: 'milliseconds, on a model that answers at once',
          columns: ['', 'AI SDK and MCP client', 'ecp', 'more', '/ direct'],
          rows: [row('a model turn', 'turn'), row('a tool call', 'call')],
        },
        {
          title: 'whole runs',
          columns: ['', ''],
          rows: [
            ['eight children at the same time, 1 s each, ms', spread(swarms)],
            [`resume of ${actions} actions that waited for a person, ms`, spread(resumed)],
            ['ecp run of examples/summarise, ms', took],
            ['  its server and its calls with an MCP client alone, ms', spread(bare)],
            ['  ecp / client alone', spread(wholes.map((whole, round) => whole.took / (bare[round] ?? Number.NaN)))],
            ['  its memory, MB', peak],
          ],
        },
      ],
      aims: [
        atMost('a model turn, more than direct', 1, less('turn')),
        atMost('a tool call, more than direct', 1, less('call')),
        atMost('a swarm of eight children that take 1 s', 1_300, spread(swarms).median),
        atMost('resume of a run with 10,000 actions', 1_000, spread(resumed).median),
        atMost('ecp run of the smallest example', 500, took.median),
        atMost('its memory', 150, peak.median, 'MB'),
      ],
      notes: [
        'The same model server and the same MCP server on stdio behind both loops; the calls of a turn at the same time in both.',
        `A turn: one with one call, less a call. A call: what ${turns} turns with 5 calls take more than with 1, divided.`,
        'The smallest example: the built packages, in a new home, with its server; memory without that of the server. The client alone asks no model either.',
      ],
    }
  },
}

/** Milliseconds. */
interface Each {
  readonly turn: number
  readonly call: number
}

function eachOf(
  [few = Number.NaN, many = Number.NaN]: readonly number[],
  [first, second]: readonly [Shape, Shape],
): Each {
  const call = (many - few) / (first.turns * (second.calls - first.calls))
  return { call, turn: few / first.turns - call * first.calls }
}
