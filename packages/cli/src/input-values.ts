import { resolve } from 'node:path'
import { isJsonObject, type Json } from '@ecp/protocol'
import { CliError } from './error.ts'
import type { Invocation } from './invocation.ts'
import { readText } from './read-context.ts'

export interface InputOptions {
  /** `key=value`, as often as it was given. */
  readonly input?: readonly string[]
  /** A YAML or JSON file. */
  readonly inputs?: string
}

/**
 * The values that the command line gives for inputs: those of `--inputs`, and over them each `-i key=value`, as text. Which
 * of them the Context takes, and as what, is for the host to say. Throws `cli.usage` for what has no such form.
 */
export async function inputValues(
  { cwd }: Invocation,
  { input = [], inputs }: InputOptions,
): Promise<Readonly<Record<string, Json>>> {
  const values = inputs === undefined ? {} : await fromFile(resolve(cwd, inputs), inputs)
  const given = input.map((pair): [string, string] => {
    const at = pair.indexOf('=')
    if (at <= 0) throw new CliError('cli.usage', `\`-i ${pair}\` has no value: write \`-i key=value\``)
    return [pair.slice(0, at), pair.slice(at + 1)]
  })
  return { ...values, ...Object.fromEntries(given) }
}

async function fromFile(path: string, named: string): Promise<Readonly<Record<string, Json>>> {
  const { parse } = await import('yaml')
  let value: unknown
  try {
    value = parse(await readText(path, named), { schema: 'core', maxAliasCount: 0 })
  } catch (cause) {
    if (cause instanceof CliError) throw cause
    throw new CliError('cli.document-invalid', `\`${named}\`: ${(cause as Error).message}`) // reason: yaml throws only Errors
  }
  if (!isJsonObject(value))
    throw new CliError('cli.document-invalid', `\`${named}\`: inputs are a map of name to value`)
  return value
}
