import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { openWay } from '../gate/ways.ts'
import { measureInChild } from '../harness/child.ts'
import type { Aim, Cell, Figure } from '../harness/figure.ts'
import { type InstalledEcp, installEcp } from '../harness/installed.ts'
import type { LoadOptions, LoadRound } from '../harness/load-round.ts'
import { spread } from '../harness/statistics.ts'
import type { Handshake, HandshakeOptions } from './handshake.ts'

export const startFigure: Figure = {
  name: 'start',
  title: 'starting, and memory',
  async measure({ quick }, progress) {
    progress('building')
    const ecp = installEcp()
    const node: number[] = []
    const help: number[] = []
    const alone: Handshake[] = []
    const behind: Handshake[] = []
    for (let round = 1; round <= (quick ? 2 : 15); round++) {
      progress(`round ${round}`)
      node.push(await wallTime(['--eval', '']))
      help.push(await wallTime([ecp.command, '--help']))
      alone.push(await handshake('direct', ecp))
      behind.push(await handshake('ecp', ecp))
    }
    const calm: number[] = []
    const peaks: number[] = []
    for (let round = 1; round <= (quick ? 1 : 3); round++) {
      progress(`memory, round ${round}`)
      const one = await peakMemory(ecp, [1], quick ? 200 : 1000)
      const many = await peakMemory(ecp, [1, 8, 32], quick ? 200 : 1000)
      if (one !== undefined) calm.push(one)
      if (many !== undefined) peaks.push(many)
    }

    const more = (value: keyof Handshake) =>
      spread(behind.map((handshake, index) => handshake[value] - (alone[index]?.[value] ?? Number.NaN)))
    const aim = (text: string, unit: string, limit: number, measured: number): Aim => ({
      text,
      unit,
      is: 'at most',
      limit,
      measured,
    })
    return {
      tables: [
        {
          title: 'milliseconds from start',
          columns: ['', 'time'],
          rows: [
            ['node itself, doing nothing', spread(node)],
            ['ecp --help', spread(help)],
            ['the server alone answers initialize', spread(alone.map(({ initialized }) => initialized))],
            ['ecp mcp in front of it answers initialize', spread(behind.map(({ initialized }) => initialized))],
            ['  more than alone', more('initialized')],
            ['the server alone has listed its tools', spread(alone.map(({ listed }) => listed))],
            ['ecp mcp in front of it has listed its tools', spread(behind.map(({ listed }) => listed))],
            ['  more than alone', more('listed')],
          ],
        },
        {
          title: 'memory, MB',
          columns: ['', 'peak'],
          rows: [
            ['ecp mcp, one call after the other', memory(calm)],
            ['ecp mcp, up to 32 calls in flight', memory(peaks)],
          ],
        },
      ],
      aims: [
        aim('ecp --help', 'ms', 120, spread(help).median),
        aim('ecp mcp answers initialize, more than the server alone', 'ms', 300, more('initialized').median),
        ...(peaks.length > 0 ? [aim('peak memory of ecp mcp', 'MB', 120, spread(peaks).median)] : []),
      ],
      notes: [
        'The built packages, laid out as installed. ecp mcp opens a new ledger each time.',
        'Peak: the most resident memory (VmHWM) while reads and writes go as fast as they can; the aim is for the second.',
      ],
    }
  },
}

/** Milliseconds that `node ...args` takes from start to end. */
async function wallTime(args: readonly string[]): Promise<number> {
  const started = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  child.stdout.resume()
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`\`node ${args.join(' ')}\` ended with ${code}`)
  return performance.now() - started
}

async function handshake(name: 'direct' | 'ecp', ecp: InstalledEcp): Promise<Handshake> {
  const way = openWay(name, ecp)
  const options: HandshakeOptions = { reach: way.reach }
  try {
    return await measureInChild<Handshake>(join(import.meta.dirname, 'handshake.ts'), JSON.stringify(options))
  } finally {
    way.close()
  }
}

const memory = (peaks: readonly number[]): Cell => (peaks.length > 0 ? spread(peaks) : 'not measured on this system')

async function peakMemory(
  ecp: InstalledEcp,
  inFlight: readonly number[],
  milliseconds: number,
): Promise<number | undefined> {
  const way = openWay('ecp', ecp)
  const { reach, prefix } = way
  const options: LoadOptions = { reach, prefix, inFlight, milliseconds }
  try {
    const script = join(import.meta.dirname, '..', 'harness', 'load.ts')
    return (await measureInChild<LoadRound>(script, JSON.stringify(options))).peakMemoryMb
  } finally {
    way.close()
  }
}
