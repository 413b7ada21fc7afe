import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { cacheFolder } from './install.ts'
import type { Stage } from './stage.ts'

export interface Run {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs one headless turn of OpenClaw on a stage. It sees nothing of the caller's environment but the PATH, and what is given
 * here.
 */
export async function runOpenClaw(
  program: string,
  message: string,
  stage: Stage,
  environment: Readonly<Record<string, string>> = {},
): Promise<Run> {
  const [work, tmp] = [join(stage.home, 'work'), join(stage.home, 'tmp')]
  mkdirSync(work)
  mkdirSync(tmp)
  const args = [
    'agent',
    'exec',
    message,
    '--config',
    stage.openclawConfig,
    '--cwd',
    work,
    '--model',
    'fake/fake-1',
    '--json',
  ]
  const env = {
    ...environment,
    PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}`,
    HOME: stage.home,
    OPENCLAW_STATE_DIR: join(stage.home, 'state'),
    OPENCLAW_CONFIG_PATH: stage.openclawConfig,
    TMPDIR: tmp,
    // Otherwise it goes to TMPDIR, and every run compiles OpenClaw anew.
    NODE_COMPILE_CACHE: join(cacheFolder(), 'compile-cache'),
  }
  const openclaw = spawn(process.execPath, [program, ...args], {
    cwd: work,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: AbortSignal.timeout(240_000),
  })
  const [[exitCode], stdout, stderr] = await Promise.all([
    once(openclaw, 'close'),
    text(openclaw.stdout),
    text(openclaw.stderr),
  ])
  return { exitCode, stdout, stderr }
}
