import { consoleLink } from '@ecp/server'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { runningServe } from '../running-serve.ts'
import { visible } from '../terminal/visible.ts'

/** Prints a new one-time link to the console of the `ecp serve` that runs on this ledger. */
export async function consoleCommand(invocation: Invocation): Promise<ExitCode> {
  const { terminal, common } = invocation
  const socket = await runningServe(invocation)
  const { link, expiresAt } = await consoleLink(socket)
  if (common.json) terminal.out(JSON.stringify({ link, expiresAt }))
  else {
    terminal.out(visible(link))
    terminal.err('it signs in one browser, within ten minutes')
  }
  return exitCodes.done
}
