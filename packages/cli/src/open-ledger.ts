import { existsSync } from 'node:fs'
import { configuredLedger, type LoadedConfig, ledgerFile, refuseInvalid } from '@ecp/host'
import { type Ledger, openSqliteLedger } from '@ecp/ledger'
import { CliError, isExpected } from './error.ts'
import { hostConfig } from './host-config.ts'
import type { Invocation } from './invocation.ts'

/** An open ledger and its file; closed at the end of the block that uses it. */
export interface OpenedLedger extends AsyncDisposable {
  readonly ledger: Ledger
  readonly file: string
}

/** Opens the ledger for reading. Throws `cli.not-found` when nothing was recorded there yet. */
export async function readLedger(invocation: Invocation): Promise<OpenedLedger> {
  const found = await readLedgerIfAny(invocation)
  if (found) return found
  const file = await ledgerPath(invocation)
  throw new CliError(
    'cli.not-found',
    `no ledger at \`${file}\`: nothing was recorded there yet, or name its folder with \`--trace-dir\``,
  )
}

/** Opens the ledger for reading, where there is one. */
export async function readLedgerIfAny(invocation: Invocation): Promise<OpenedLedger | undefined> {
  const file = await ledgerPath(invocation)
  return existsSync(file) ? opened(openSqliteLedger({ file, readOnly: true }), file) : undefined
}

/** Opens the ledger for writing, and makes it if there is none. */
export async function writeLedger(invocation: Invocation): Promise<OpenedLedger> {
  const file = await ledgerPath(invocation)
  return opened(openSqliteLedger({ file }), file)
}

function opened(ledger: Ledger, file: string): OpenedLedger {
  return { ledger, file, [Symbol.asyncDispose]: async () => ledger.close() }
}

/** The file of the ledger. The command line's word goes first; the configuration is read only where it is needed, and need not exist. */
export async function ledgerPath(invocation: Invocation): Promise<string> {
  const { common, cwd, home } = invocation
  const { traceDir } = common
  if (traceDir !== undefined) return ledgerFile({ cwd, home, traceDir })
  const configured = configuredLedger(await layersIfAny(invocation))
  return ledgerFile({ cwd, home, ...(configured ? { configured } : {}) })
}

/** The layers of the host configuration; none where there is none. Throws for one that is wrong. */
export async function layersIfAny(invocation: Invocation): Promise<LoadedConfig['layers']> {
  try {
    const { layers, diagnostics } = await hostConfig(invocation)
    refuseInvalid(diagnostics)
    return layers
  } catch (error) {
    if (isExpected(error) && error.code === 'host.no-config') return []
    throw error
  }
}
