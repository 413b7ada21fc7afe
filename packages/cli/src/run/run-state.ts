import { isAlive } from '@ecp/host'
import type { Ledger, RunSummary } from '@ecp/ledger'

/** How a run stands, for people. */
export interface RunState {
  /** What it ended as, why it is paused, `running`, `cut off` (its process is gone), or `open` (behind a gateway). */
  readonly state: string
  /** What stands in its way. */
  readonly message?: string
  /** What a person has to answer first. */
  readonly approvals: readonly string[]
  /** Whether `ecp resume` may go on with it. */
  readonly isResumable: boolean
}

export function runState(ledger: Pick<Ledger, 'carriedRun'>, { run, start, status, endedAt }: RunSummary): RunState {
  if (endedAt !== undefined) return { state: status, approvals: [], isResumable: false }
  if (start.owner === undefined) return { state: 'open', approvals: [], isResumable: false }
  const carried = ledger.carriedRun(run)
  if (carried?.paused) {
    const { status: state, message, approvals = [] } = carried.paused
    return { state, message, approvals, isResumable: true }
  }
  const isRunning = carried?.owner !== undefined && isAlive(carried.owner)
  return { state: isRunning ? 'running' : 'cut off', approvals: [], isResumable: !isRunning }
}
