import { setTimeout as pause } from 'node:timers/promises'
import { isAlive } from '@ecp/host'
import { allApprovals, type Ledger } from '@ecp/ledger'
import { type ExitCode, exitCodes } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { writeLedger } from '../open-ledger.ts'
import { runOf } from '../run-reference.ts'

/** How long (ms) it is waited for the process that carries a run to end it, and how often it is looked. */
const patienceMs = 15_000
const lookMs = 50

/**
 * Ends a run as cancelled, on record: at once where nobody carries it, otherwise by asking the process that does. Nothing more is
 * allowed in it from then on.
 */
export async function cancel(invocation: Invocation, reference: string): Promise<ExitCode> {
  const { terminal, common, now, user } = invocation
  await using opened = await writeLedger(invocation)
  const { ledger } = opened
  const { run } = runOf(ledger.runs(), reference)
  const how = await ledger.cancelRun({ run, at: now(), by: user, isAlive })
  await cancelQuestions(ledger, run, now(), user)
  const status = how === 'ended' || (await hasEnded(ledger, run, now)) ? ledger.run(run)?.status : undefined
  if (common.json) terminal.out(JSON.stringify({ run, asked: how === 'asked', status: status ?? 'running' }, null, 2))
  else if (status !== undefined) terminal.err(`run ${run} has ended: ${status}`)
  else terminal.err(`ecp: run ${run} was told to end, and has not yet; nothing more is allowed in it`)
  return status === undefined ? exitCodes.failed : exitCodes.done
}

/** What people were asked for it need not be answered any more. */
async function cancelQuestions(ledger: Ledger, run: string, at: number, by: string): Promise<void> {
  for (const { approval } of [...allApprovals(ledger, { run, state: 'pending' })]) {
    const note = 'the run was cancelled'
    // Somebody may have answered meanwhile.
    await ledger.cancelApproval(at, { approval, by, note }).catch(() => undefined)
  }
}

async function hasEnded(ledger: Ledger, run: string, now: () => number): Promise<boolean> {
  for (const until = now() + patienceMs; now() < until; await pause(lookMs)) {
    if (ledger.run(run)?.endedAt !== undefined) return true
  }
  return false
}
