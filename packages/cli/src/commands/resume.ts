import { resolve } from 'node:path'
import type { ExitCode } from '../exit-code.ts'
import type { Invocation } from '../invocation.ts'
import { type CarryOptions, carryRun } from '../run/carry-run.ts'
import { runOf } from '../run-reference.ts'

export interface ResumeOptions extends CarryOptions {
  /** Where the Context is now. */
  readonly context?: string
}

/** Goes on with a run that waits, was cut off, or stopped: what is on record of it is not done again. See `carryRun`. */
export function resume(invocation: Invocation, reference: string, options: ResumeOptions): Promise<ExitCode> {
  const { cwd, user } = invocation
  return carryRun(invocation, options, [], async (machine) => {
    const { run } = runOf(machine.ledger.runs(), reference)
    const file = options.context === undefined ? {} : { contextFile: resolve(cwd, options.context) }
    return { run, host: await machine.resume({ run, by: user, ...file }) }
  })
}
