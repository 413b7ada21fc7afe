import type { GrantTerms } from '@ecp/protocol'
import { CliError } from '../error.ts'
import type { Invocation } from '../invocation.ts'
import { termsText } from './words.ts'

/** Shows what is to be granted, and asks unless `yes`. Throws `cli.declined`, and `cli.refused` where there is nobody to ask. */
export async function confirmGrant({ terminal }: Invocation, terms: GrantTerms, yes: boolean): Promise<void> {
  terminal.err(termsText(terms, terminal.paintErr))
  if (yes) return
  if (!terminal.interactive)
    throw new CliError('cli.refused', 'there is no terminal to ask on: `--yes` grants it without asking')
  if (!(await terminal.confirm('Grant this?'))) throw new CliError('cli.declined', 'nothing was granted')
}
