import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import { alreadyThere, writeNew } from '../init/write-new.ts'
import type { Invocation } from '../invocation.ts'
import { starterConfig } from '../starter-config.ts'
import { visible } from '../terminal/visible.ts'

/**
 * Writes an `ecp.config.yaml` that denies everything, here or where `--config` says. Throws `cli.exists` rather than
 * replace a file, or stand beside one that would be read as well.
 */
export async function configInit({ common, terminal, cwd }: Invocation): Promise<ExitCode> {
  const file = resolve(cwd, common.config ?? 'ecp.config.yaml')
  const other = common.config === undefined ? join(cwd, 'ecp.config.json') : file
  if (existsSync(other)) throw alreadyThere(other)
  await writeNew(file, starterConfig())
  if (common.json) terminal.out(JSON.stringify({ file }))
  else
    terminal.out(`wrote ${visible(file)}: it denies everything. Wire a server and allow it there, then \`ecp lock\`.`)
  return exitCodes.done
}
