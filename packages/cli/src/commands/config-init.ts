import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { CliError } from '../error.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
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
  await mkdir(dirname(file), { recursive: true })
  try {
    // `wx`: two that start at once, or a dangling link, replace nothing either.
    await writeFile(file, starterConfig(), { flag: 'wx', mode: 0o600 })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') throw alreadyThere(file) // reason: fs throws only system errors
    throw cause
  }
  if (common.json) terminal.out(JSON.stringify({ file }))
  else
    terminal.out(`wrote ${visible(file)}: it denies everything. Wire a server and allow it there, then \`ecp lock\`.`)
  return exitCodes.done
}

function alreadyThere(file: string): CliError {
  return new CliError('cli.exists', `\`${file}\` exists; change it by hand, or name another file with \`--config\``)
}
