import { resolve } from 'node:path'
import { openMachine } from '@ecp/host'
import { isClientName } from '@ecp/protocol'
import {
  addClient,
  clientsFile,
  type NameStyle,
  newToken,
  refuseAmbiguousNames,
  tokenHash,
  wiredClients,
} from '@ecp/server'
import { durationOf } from '../duration.ts'
import { CliError } from '../error.ts'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import { type InputOptions, inputValues } from '../input-values.ts'
import type { Invocation } from '../invocation.ts'
import { refuseUnknownExecutor } from '../known-executor.ts'
import { machineOptions } from '../machine-options.ts'
import { visible } from '../terminal/visible.ts'

export interface ClientsAddOptions extends InputOptions {
  readonly context: string
  readonly executor: string
  readonly names: NameStyle
  /** A duration such as 30d. */
  readonly expires?: string
}

/**
 * Lets a client connect to `ecp serve` as one executor of a Context. Nothing is kept before it is clear that the host would let
 * it. The token is all that stdout gets, this once: only its hash is kept.
 */
export async function clientsAdd(invocation: Invocation, name: string, options: ClientsAddOptions): Promise<ExitCode> {
  const { terminal, common, cwd, now } = invocation
  if (!isClientName(name)) {
    const form = 'of 1 to 128 characters, without `/` and control characters, and does not begin with `(`'
    throw new CliError('cli.usage', `\`${name}\` is no name for a client: a name is ${form}`)
  }
  const { executor, names } = options
  const lasts = options.expires === undefined ? undefined : durationOf('--expires', options.expires)
  const context = resolve(cwd, options.context)
  const inputs = await inputValues(invocation, options)
  const ledger = await refuseImpossible(invocation, name, { ...options, inputs })
  const token = newToken()
  const createdAt = now()
  const expiresAt = lasts === undefined ? undefined : createdAt + lasts
  const ends = expiresAt === undefined ? {} : { expiresAt }
  const acts = { context, executor, inputs, names }
  const file = clientsFile(ledger)
  await addClient(file, { name, ...acts, tokenHash: tokenHash(token), createdAt, ...ends })
  if (common.json) {
    terminal.out(JSON.stringify({ name, token, ...acts, ...ends, file }))
    return exitCodes.done
  }
  terminal.out(token)
  const until = expiresAt === undefined ? '' : `, until ${new Date(expiresAt).toISOString()}`
  const as = `executor \`${visible(executor, 200)}\` of ${visible(context)}`
  terminal.err(`${visible(name)} may connect to \`ecp serve\` as ${as}${until}`)
  terminal.err('this is its token, which is not shown again: it is sent as `Authorization: Bearer TOKEN`')
  return exitCodes.done
}

type Checked = Omit<ClientsAddOptions, 'inputs'> & { readonly inputs: Awaited<ReturnType<typeof inputValues>> }

/** Throws what `ecp serve` would refuse this client for. Gives the file of the ledger that it would use. */
async function refuseImpossible(invocation: Invocation, name: string, options: Checked): Promise<string> {
  const { user, terminal, home } = invocation
  const { context: contextFile, executor, names, inputs } = options
  const log = (line: string) => terminal.err(`ecp: ${visible(line, 1_000)}`)
  const machine = await openMachine({ ...machineOptions(invocation, log), contexts: [{ contextFile, inputs }] })
  try {
    const wired = wiredClients(machine.config.layers, home).find((one) => one.kind === 'config' && one.name === name)
    if (wired) {
      const message = `client \`${name}\` is there already, in the configuration (${wired.place}): take another name`
      throw new CliError('cli.exists', message)
    }
    const host = await machine.admit({ contextFile, inputs, client: name, principal: user })
    refuseUnknownExecutor(contextFile, executor, host.executors)
    refuseAmbiguousNames({ host, executor, names })
    return machine.ledgerFile
  } finally {
    await machine.close()
  }
}
