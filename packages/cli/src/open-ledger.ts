import { existsSync } from 'node:fs'
import { ledgerFile } from '@ecp/host'
import { type Ledger, openSqliteLedger } from '@ecp/ledger'
import { CliError } from './error.ts'
import type { Invocation } from './invocation.ts'

/** An open ledger and its file; closed at the end of the block that uses it. */
export interface OpenedLedger extends AsyncDisposable {
  readonly ledger: Ledger
  readonly file: string
}

/** Opens the ledger for reading. Throws `cli.not-found` when nothing was recorded there yet. */
export async function readLedger(invocation: Invocation): Promise<OpenedLedger> {
  const file = await fileOf(invocation)
  if (!existsSync(file)) {
    throw new CliError(
      'cli.not-found',
      `no ledger at \`${file}\`: nothing was recorded there yet, or name its folder with \`--trace-dir\``,
    )
  }
  return opened(openSqliteLedger({ file, readOnly: true }), file)
}

/** Opens the ledger for writing, and makes it if there is none. */
export async function writeLedger(invocation: Invocation): Promise<OpenedLedger> {
  const file = await fileOf(invocation)
  return opened(openSqliteLedger({ file }), file)
}

function opened(ledger: Ledger, file: string): OpenedLedger {
  return { ledger, file, [Symbol.asyncDispose]: async () => ledger.close() }
}

/** The command line's word goes first; the configuration is read only when it is needed. */
async function fileOf({ common, cwd, home }: Invocation): Promise<string> {
  const { traceDir } = common
  return ledgerFile({ cwd, home, ...(traceDir === undefined ? {} : { traceDir }) })
}
