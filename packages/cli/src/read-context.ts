import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Context, type Parsed, parseContext } from '@ecp/protocol'
import { CliError } from './error.ts'
import type { Invocation } from './invocation.ts'

/** A Context as it was read, with its text to show lines of. */
export interface ReadContext extends Parsed<Context> {
  readonly file: string
  readonly text: string
}

/** Reads a Context, with all its diagnostics. Throws `cli.document-invalid` when there is no such file. */
export async function readContext({ cwd }: Invocation, file: string): Promise<ReadContext> {
  const text = await readText(resolve(cwd, file), file)
  return { file, text, ...parseContext(text, file) }
}

/** The text of a file that the caller named. */
export async function readText(path: string, named: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException // reason: fs throws only system errors
    const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`
    throw new CliError('cli.document-invalid', `\`${named}\`: ${why}`)
  }
}
