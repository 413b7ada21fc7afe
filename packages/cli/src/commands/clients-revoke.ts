import { nearest } from '@ecp/protocol'
import { clientsFile, readClients, revokeClient, wiredClients } from '@ecp/server'
import { CliError } from '../error.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { layersIfAny, ledgerPath } from '../open-ledger.ts'
import { visible } from '../terminal/visible.ts'

/** Ends a client's token: from its next request on it is nobody, in every process, and what it has open ends. */
export async function clientsRevoke(invocation: Invocation, name: string): Promise<ExitCode> {
  const { terminal, common } = invocation
  const file = clientsFile(await ledgerPath(invocation))
  const { clients } = await readClients(file)
  if (!clients.some((client) => client.name === name)) await refuseUnknown(invocation, name, file, clients)
  await revokeClient(file, name)
  if (common.json) terminal.out(JSON.stringify({ name, revoked: true, file }))
  else terminal.out(`revoked: the token of ${visible(name)} is one of nobody from now on`)
  return exitCodes.done
}

async function refuseUnknown(
  invocation: Invocation,
  name: string,
  file: string,
  clients: readonly { readonly name: string }[],
): Promise<never> {
  const wired = wiredClients(await layersIfAny(invocation), invocation.home).find((client) => client.name === name)
  if (wired) {
    const message = `client \`${name}\` is one of the configuration (${wired.place}): take it out there`
    throw new CliError('cli.not-found', message)
  }
  const names = clients.map((client) => client.name)
  const meant = nearest(name, names)
  const hint = meant === undefined ? '`ecp clients list` shows who there is' : `did you mean \`${meant}\`?`
  throw new CliError('cli.not-found', `there is no client \`${name}\` in \`${file}\`; ${hint}`)
}
