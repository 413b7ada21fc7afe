import { setTimeout as pause } from 'node:timers/promises'
import type { Passkey } from '@ecp/protocol'
import { type PasskeyLink, passkeyLink, passkeyOf } from '@ecp/server'
import { type Entry, writeEntry } from '../approvers/config-entry.ts'
import { refuseOddName } from '../approvers/key-file.ts'
import { groupsOf, tellEntry } from '../approvers/tell-entry.ts'
import { CliError } from '../error.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { runningServe } from '../running-serve.ts'
import { visible } from '../terminal/visible.ts'
import type { ApproversAddOptions } from './approvers-add.ts'

/** How often (ms) the server is asked whether the passkey is made. */
const lookMs = 300

/**
 * Has a browser make a passkey for an approver, at a one-time link of the `ecp serve` that runs here, and prints what the host
 * configuration has to say, or writes it there. Ends with the link, or when it is interrupted.
 */
export async function approversAddPasskey(
  invocation: Invocation,
  name: string,
  { groups, into, passphraseFile }: ApproversAddOptions,
): Promise<ExitCode> {
  const { terminal, common, cwd } = invocation
  refuseOddName(name)
  if (passphraseFile !== undefined) {
    throw new CliError('cli.usage', '`--passphrase-file` goes with a key: a passkey is kept by its authenticator')
  }
  const socket = await runningServe(invocation)
  const link = await passkeyLink(socket, name)
  terminal.err(`open this in the browser of ${visible(name)}, within ten minutes; it works once:`)
  terminal.err(`  ${visible(link.link, 400)}`)
  const passkey = await made(invocation, socket, link)
  if (!passkey) return exitCodes.interrupted
  const entry: Entry = { passkeys: [passkey], ...groupsOf(groups) }
  const written = into === undefined ? undefined : await writeEntry(cwd, into, name, entry)
  if (common.json) {
    terminal.out(JSON.stringify({ name, ...entry, ...(written === undefined ? {} : { into: written }) }))
    return exitCodes.done
  }
  terminal.err(`the passkey of ${visible(name)} is made, for ${visible(passkey.origins.join(', '), 400)}`)
  await tellEntry(invocation, name, entry, written)
  return exitCodes.done
}

/** Waits for it. Nothing where the command was interrupted. */
async function made(invocation: Invocation, socket: string, link: PasskeyLink): Promise<Passkey | undefined> {
  const interruption = invocation.interruption()
  while (!interruption.aborted) {
    const passkey = await passkeyOf(socket, link)
    if (passkey) return passkey
    await pause(lookMs, undefined, { signal: interruption }).catch(() => undefined)
  }
  return undefined
}
