import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { readPrivate } from '@ecp/host'
import { CliError } from '../error.ts'
import type { Invocation } from '../invocation.ts'

export interface PassphraseOptions {
  /** A file that only its owner may read, or `-` for stdin. */
  readonly passphraseFile?: string
}

/**
 * A passphrase: the first line of a file or of stdin, or asked for on the terminal. Never from the environment or the command
 * line, which others can read. Throws `cli.refused` where there is nobody to ask.
 */
export async function passphrase(
  { terminal, input, cwd }: Invocation,
  { passphraseFile }: PassphraseOptions,
  question: string,
): Promise<string> {
  if (passphraseFile === undefined) {
    if (terminal.interactive) return terminal.secret(question)
    const instead = '`--passphrase-file FILE` names a file with it, `--passphrase-file -` reads it from stdin'
    throw new CliError('cli.refused', `a passphrase is needed, and there is no terminal to ask on: ${instead}`)
  }
  if (passphraseFile === '-') return firstLine(await text(input))
  const found = await readPrivate(resolve(cwd, passphraseFile), 'a passphrase')
  if (!found) throw new CliError('cli.usage', `\`--passphrase-file\`: there is no file \`${passphraseFile}\``)
  return firstLine(found.text)
}

function firstLine(read: string): string {
  return read.split(/\r?\n/, 1)[0] ?? ''
}
