import { rm } from 'node:fs/promises'
import { place } from '@ecp/protocol'
import { hostApprovers } from '../approvals/host-approvers.ts'
import { isKeyHere, keyFile } from '../approvers/key-file.ts'
import { CliError } from '../error.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { visible } from '../terminal/visible.ts'

/** Deletes the key of an approver from this machine. What they have signed counts until the configuration forgets them. */
export async function approversRemove(invocation: Invocation, name: string): Promise<ExitCode> {
  const { terminal, common, home } = invocation
  const file = keyFile(home, name)
  if (!isKeyHere(home, name))
    throw new CliError('cli.not-found', `there is no key \`${file}\`; \`ecp approvers list\` shows who there is`)
  await rm(file)
  const { layers } = await hostApprovers(invocation)
  const named = layers.find(({ document }) => Object.hasOwn(document.value.security?.approvers ?? {}, name))
  const at = named && place(named.document.at(['security', 'approvers', name]))
  if (common.json)
    terminal.out(JSON.stringify({ name, file, removed: true, ...(at === undefined ? {} : { configuredAt: at }) }))
  else {
    terminal.out(`deleted ${visible(file)}`)
    if (at !== undefined)
      terminal.err(
        `${visible(at)} still names ${visible(name)}: take it out there, or copies of the key go on counting`,
      )
  }
  return exitCodes.done
}
