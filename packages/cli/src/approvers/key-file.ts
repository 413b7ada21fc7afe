import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isApproverFileName, readPrivate } from '@ecp/host'
import { CliError } from '../error.ts'

/** Where an approver's key lies on this machine. Throws `cli.usage` for a name that is none. */
export function keyFile(home: string, name: string): string {
  refuseOddName(name)
  return join(home, '.ecp', 'approvers', `${name}.pem`)
}

/** Throws `cli.usage` for what is no name of an approver. */
export function refuseOddName(name: string): void {
  if (isApproverFileName(name)) return
  const form = 'letters, digits and `._@+-`, 64 at most, and begins with a letter or digit'
  throw new CliError('cli.usage', `\`${name}\` is no name for an approver: a name has ${form}`)
}

export function isKeyHere(home: string, name: string): boolean {
  return isApproverFileName(name) && existsSync(keyFile(home, name))
}

/** The encrypted key; nothing where there is none. Throws `host.refused` for one that others can read. */
export async function readKeyFile(home: string, name: string): Promise<string | undefined> {
  return (await readPrivate(keyFile(home, name), 'the key of an approver'))?.text
}

/** Keeps a new key. Throws `cli.exists` rather than replace one. */
export async function writeKeyFile(home: string, name: string, pem: string): Promise<string> {
  const file = keyFile(home, name)
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  try {
    await writeFile(file, pem, { flag: 'wx', mode: 0o600 })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause // reason: fs throws only system errors
    throw new CliError('cli.exists', `\`${file}\` is there already; \`ecp approvers remove ${name}\` deletes it`)
  }
  return file
}
