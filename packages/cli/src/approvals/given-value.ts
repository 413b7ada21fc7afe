import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Json, Question } from '@ecp/protocol'
import { CliError } from '../error.ts'
import type { Invocation } from '../invocation.ts'
import { visible } from '../terminal/visible.ts'
import { askValue } from './ask-value.ts'

export interface ValueOptions {
  /** JSON. */
  readonly value?: string
  /** A file with JSON. */
  readonly valueFile?: string
  /** A text as it is. */
  readonly text?: string
}

/**
 * What a question is answered with: as it was given, or asked for on the terminal. Throws `cli.usage` for what is no JSON, and for
 * none or several where there is nobody to ask.
 */
export async function givenValue(
  { terminal, cwd }: Invocation,
  { value, valueFile, text }: ValueOptions,
  question: Question | undefined,
): Promise<Json> {
  const given = [value, valueFile, text].filter((one) => one !== undefined)
  if (given.length > 1) throw new CliError('cli.usage', '`--value`, `--value-file` and `--text` do not go together')
  if (text !== undefined) return text
  if (value !== undefined) {
    const hint = 'a text is JSON in quotes (`--value \'"yes"\'`), or goes into `--text`'
    return json(value, `\`--value\` is no JSON: ${hint}`)
  }
  if (valueFile !== undefined) {
    const named = visible(valueFile, 200)
    const found = await readFile(resolve(cwd, valueFile), 'utf8').catch((cause: NodeJS.ErrnoException) => {
      throw new CliError('cli.usage', `\`--value-file\`: \`${named}\` cannot be read (${cause.code ?? cause.message})`)
    })
    return json(found, `\`${named}\` is no JSON`)
  }
  if (terminal.interactive && question) return askValue(terminal, question)
  throw new CliError('cli.usage', 'it is a question: `--value JSON`, `--value-file FILE` or `--text TEXT` answers it')
}

function json(text: string, fault: string): Json {
  try {
    return JSON.parse(text) as Json // reason: what JSON.parse returns
  } catch {
    throw new CliError('cli.usage', fault)
  }
}
