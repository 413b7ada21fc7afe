import { writeFile } from 'node:fs/promises'
import { CliError } from '../error.ts'

/** Writes a recording, over one that is there already: the caller named the file. */
export async function writeRecording(path: string, named: string, text: string): Promise<void> {
  try {
    // What a model was asked can be anybody's business but not everybody's.
    await writeFile(path, text, { mode: 0o600 })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException // reason: fs throws only system errors
    throw new CliError('cli.refused', `recording \`${named}\` cannot be written (${code})`)
  }
}
