import { existsSync } from 'node:fs'
import { localSocket } from '@ecp/server'
import { CliError } from './error.ts'
import type { Invocation } from './invocation.ts'
import { ledgerPath } from './open-ledger.ts'
import { visible } from './terminal/visible.ts'

/** The socket of the `ecp serve` that runs on this ledger. Throws `cli.not-found`, with what to do, where there is none. */
export async function runningServe(invocation: Invocation): Promise<string> {
  const socket = localSocket(await ledgerPath(invocation))
  if (existsSync(socket)) return socket
  const message = `no \`ecp serve\` of yours runs on this ledger: there is no \`${visible(socket)}\``
  throw new CliError('cli.not-found', `${message}; start it, or name the folder of its ledger with \`--trace-dir\``)
}
