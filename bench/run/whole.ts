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
  const folder = mkdtempSync(join(tmpdir(), 'ecp-bench-whole-'))
  const example = join(folder, 'examples', 'summarise')
  const peak = join(folder, 'peak')
  mkdirSync(join(folder, 'home'))
  cpSync(join(root, 'examples', 'summarise'), example, { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  try {
    const started = performance.now()
    const args = ['run', 'summarise.yaml', '--recorded', 'turns.yaml', '--config', 'ecp.config.yaml']
    const child = spawn(process.execPath, ['--import', join(import.meta.dirname, 'peak.ts'), ecp.command, ...args], {
      cwd: example,
      env: { PATH: process.env.PATH ?? '', HOME: join(folder, 'home'), ECP_BENCH_PEAK: peak },
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
    const took = performance.now() - started
    if (code !== 0) throw new Error(`\`ecp ${args.join(' ')}\` ended with ${code}: ${said}`)
    return { took, peakMb: Number(readFileSync(peak, 'utf8')) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
