import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CliError } from '../error.ts'

/** Writes a file that only its owner can read. Throws `cli.exists` rather than replace one. */
export async function writeNew(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  try {
    // `wx`: two that start at once, or a dangling link, replace nothing either.
    await writeFile(file, text, { flag: 'wx', mode: 0o600 })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException // reason: fs throws only system errors
    if (code === 'EEXIST') throw alreadyThere(file)
    throw new CliError('cli.refused', `\`${file}\` cannot be written (${code})`)
  }
}

export function alreadyThere(file: string): CliError {
  return new CliError('cli.exists', `\`${file}\` exists; change it by hand, or name another file with \`--config\``)
}
