import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InstalledEcp } from '../harness/installed.ts'

export interface Whole {
  /** Milliseconds from start to end of the process. */
  readonly took: number
  /** The most resident memory (MB) of `ecp` itself. */
  readonly peakMb: number
}

const root = join(import.meta.dirname, '..', '..')

/** `ecp run` of the smallest example, as its README says, in a new home: with its server, without a ledger before it. */
export async function runSmallest(ecp: InstalledEcp): Promise<Whole> {
  return inExample(async ({ example, folder }) => {
    const peak = join(folder, 'peak')
    const args = ['run', 'summarise.yaml', '--recorded', 'turns.yaml', '--config', 'ecp.config.yaml']
    const took = await timed({
      args: ['--import', join(import.meta.dirname, 'peak.ts'), ecp.command, ...args],
      cwd: example,
      env: { HOME: join(folder, 'home'), ECP_BENCH_PEAK: peak },
    })
    return { took, peakMb: Number(readFileSync(peak, 'utf8')) }
  })
}

/** The same server and the same calls with an MCP client alone (bare-program.ts), in milliseconds. */
export function runBare(): Promise<number> {
  const script = join(import.meta.dirname, 'bare-program.ts')
  return inExample(({ example }) =>
    timed({ args: ['--disable-warning=ExperimentalWarning', script], cwd: example, env: {} }),
  )
}

interface Place {
  readonly folder: string
  readonly example: string
}

async function inExample<T>(measure: (place: Place) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'ecp-bench-whole-'))
  const example = join(folder, 'examples', 'summarise')
  mkdirSync(join(folder, 'home'))
  cpSync(join(root, 'examples', 'summarise'), example, { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  try {
    return await measure({ folder, example })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Started {
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** Milliseconds from start to end of a process, which has to succeed. */
async function timed({ args, cwd, env }: Started): Promise<number> {
  const started = performance.now()
  const child = spawn(process.execPath, args, {
    cwd,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  child.stdout.resume()
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`\`node ${args.join(' ')}\` ended with ${code}: ${said}`)
  return performance.now() - started
}
