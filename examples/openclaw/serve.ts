import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { Stage } from './stage.ts'

const program = join(import.meta.dirname, '..', '..', 'packages', 'cli', 'bin', 'ecp.js')
const Ready = z.object({ url: z.url() })

/** `ecp serve` with the settings of a stage, and the token that lets OpenClaw in. */
export interface Serving extends AsyncDisposable {
  readonly token: string
}

/** Does what the page says: lets OpenClaw in, and serves. The port is a free one, which OpenClaw's settings then name. */
export async function serveEcp(stage: Stage): Promise<Serving> {
  const options = {
    cwd: stage.settings,
    env: { PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`, HOME: stage.home },
  }
  const acts = ['--context', 'assistant.yaml', '--executor', 'assistant']
  const added = spawnSync(
    process.execPath,
    [program, 'clients', 'add', 'openclaw', ...acts, '--config', 'ecp.config.yaml'],
    { ...options, encoding: 'utf8' },
  )
  if (added.status !== 0) throw new TypeError(`\`ecp clients add\` ended with ${added.status}: ${added.stderr}`)
  const serving = spawn(
    process.execPath,
    [program, 'serve', '--config', 'ecp.config.yaml', '--listen', '127.0.0.1:0', '--json'],
    { ...options, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [line] = await once(serving.stdout.setEncoding('utf8'), 'data')
  const { url } = Ready.parse(JSON.parse(String(line)))
  const config = readFileSync(stage.openclawConfig, 'utf8')
  writeFileSync(stage.openclawConfig, config.replace('http://127.0.0.1:7391', url))
  return {
    token: added.stdout.trim(),
    async [Symbol.asyncDispose]() {
      if (serving.exitCode !== null) return
      serving.kill('SIGTERM')
      await once(serving, 'exit')
    },
  }
}
