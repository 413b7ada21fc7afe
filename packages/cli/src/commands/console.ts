import { existsSync } from 'node:fs'
import { consoleLink, localSocket } from '@ecp/server'
import { CliError } from '../error.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { ledgerPath } from '../open-ledger.ts'
import { visible } from '../terminal/visible.ts'

/** Prints a new one-time link to the console of the `ecp serve` that runs on this ledger. */
export async function consoleCommand(invocation: Invocation): Promise<ExitCode> {
  const { terminal, common } = invocation
  const socket = localSocket(await ledgerPath(invocation))
  if (!existsSync(socket)) {
    const message = `no \`ecp serve\` of yours runs on this ledger: there is no \`${visible(socket)}\``
    throw new CliError('cli.not-found', `${message}; start it, or name the folder of its ledger with \`--trace-dir\``)
  }
  const { link, expiresAt } = await consoleLink(socket)
  if (common.json) terminal.out(JSON.stringify({ link, expiresAt }))
  else {
    terminal.out(visible(link))
    terminal.err('it signs in one browser, within ten minutes')
  }
  return exitCodes.done
}
