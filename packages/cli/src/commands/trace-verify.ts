import { redecideRecorded } from '@ecp/host'
import type { Fault, Verification } from '@ecp/ledger'
import { ledgerChain } from '@ecp/protocol'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { readLedger } from '../open-ledger.ts'
import { runOf } from '../run-reference.ts'
import type { Paint } from '../terminal/paint.ts'
import { visible } from '../terminal/visible.ts'
import { counted } from '../trace/words.ts'

/**
 * Recomputes the chains of the ledger, or of one run, and decides every decision in it again. Prints what was checked and
 * every fault with its run and record; exit code 1 when there is one.
 */
export async function traceVerify(invocation: Invocation, reference: string | undefined): Promise<ExitCode> {
  const { terminal, common } = invocation
  await using opened = await readLedger(invocation)
  const { ledger, file } = opened
  const run = reference === undefined ? undefined : runOf(ledger.runs(), reference).run
  terminal.progress(run === undefined ? `verifying ${counted(ledger.runs().length, 'run')} ...` : 'verifying ...')
  const verification = ledger.verify({ ...(run === undefined ? {} : { run }), redecide: redecideRecorded })
  terminal.progress('')
  if (common.json) terminal.out(JSON.stringify({ file, ...verification }, null, 2))
  else terminal.out(summary(verification, terminal.paint))
  return verification.faults.length === 0 ? exitCodes.done : exitCodes.failed
}

function summary({ records, runs, decisions, faults }: Verification, paint: Paint): string {
  const checked = `${counted(records, 'record')} in ${counted(runs, 'run')}, ${counted(decisions, 'decision')} decided again`
  if (faults.length === 0) return `${paint('good', 'verified')}: ${checked}; every byte is as it was written`
  const lines = faults.map((fault) => `  ${paint('bad', fault.code)} ${place(fault)}: ${visible(fault.message, 400)}`)
  return [`${paint('bad', counted(faults.length, 'fault'))} (${checked})`, ...lines].join('\n')
}

function place({ run, seq }: Fault): string {
  const chain = run === ledgerChain ? "the ledger's chain" : `run ${visible(run, 80)}`
  return seq === 0 ? chain : `${chain} record ${seq}`
}
