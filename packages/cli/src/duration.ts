import { milliseconds } from '@ecp/protocol'
import { CliError } from './error.ts'

const longestMs = 36_500 * 86_400_000

/** Milliseconds of a duration that was given with a flag. Throws `cli.usage` for what is none. */
export function durationOf(flag: string, text: string): number {
  const lasts = milliseconds(text)
  if (lasts > 0 && lasts <= longestMs) return lasts
  throw new CliError('cli.usage', `\`${flag}\` is a duration such as 30d, 12h or 90m, and not \`${text}\``)
}
