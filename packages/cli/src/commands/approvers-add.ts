import { newApproverKey } from '@ecp/host'
import { type Entry, writeEntry } from '../approvers/config-entry.ts'
import { isKeyHere, keyFile, writeKeyFile } from '../approvers/key-file.ts'
import { type PassphraseOptions, passphrase } from '../approvers/passphrase.ts'
import { groupsOf, tellEntry } from '../approvers/tell-entry.ts'
import { CliError } from '../error.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { visible } from '../terminal/visible.ts'

export interface ApproversAddOptions extends PassphraseOptions {
  /** Names with commas between them. */
  readonly groups?: string
  /** The config file that gets the entry. */
  readonly into?: string
  /** A passkey in place of a key under a passphrase. */
  readonly passkey?: boolean
}

/** An agent that runs as the same user can read the file, and guess. */
const shortest = 12

/**
 * Makes a key for an approver, keeps it on this machine under a passphrase, and prints what the host configuration has to say,
 * or writes it there.
 */
export async function approversAdd(
  invocation: Invocation,
  name: string,
  options: ApproversAddOptions,
): Promise<ExitCode> {
  const { terminal, common, cwd, home } = invocation
  const wanted = keyFile(home, name)
  if (isKeyHere(home, name))
    throw new CliError('cli.exists', `\`${wanted}\` is there already; \`ecp approvers remove ${name}\` deletes it`)
  const { pem, publicKey } = newApproverKey(await newPassphrase(invocation, name, options))
  const entry: Entry = { publicKey, ...groupsOf(options.groups) }
  const file = await writeKeyFile(home, name, pem)
  const into =
    options.into === undefined ? undefined : await writeEntry(cwd, options.into, name, entry).catch(undo(file))
  if (common.json) {
    terminal.out(JSON.stringify({ name, ...entry, file, ...(into === undefined ? {} : { into }) }))
    return exitCodes.done
  }
  terminal.err(`the key of ${visible(name)} is in ${visible(file)}, under its passphrase`)
  await tellEntry(invocation, name, entry, into)
  return exitCodes.done
}

async function newPassphrase(invocation: Invocation, name: string, options: PassphraseOptions): Promise<string> {
  const given = await passphrase(invocation, options, `New passphrase for ${visible(name, 80)}`)
  if (given.length < shortest) throw new CliError('cli.refused', `a passphrase has at least ${shortest} characters`)
  if (options.passphraseFile === undefined && (await invocation.terminal.secret('The same again')) !== given) {
    throw new CliError('cli.refused', 'the two are not the same: nothing was written')
  }
  return given
}

/** A key that no configuration got to know is not left behind. */
function undo(file: string) {
  return async (cause: unknown): Promise<never> => {
    const { rm } = await import('node:fs/promises')
    await rm(file, { force: true })
    throw cause
  }
}
