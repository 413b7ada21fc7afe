import { type Ledger, LedgerError } from '@ecp/ledger'
import type { RunStarted } from '@ecp/protocol'
import type { GovernedContext } from './contexts.ts'
import { HostError } from './error.ts'
import type { Resumption } from './machine.ts'
import type { CarriedRun } from './open-boundary.ts'

/** What a run was started with, for who goes on with it. Throws `ledger.run-unknown`, `ledger.run-ended` and `host.refused`. */
export function resumable(
  ledger: Pick<Ledger, 'run'>,
  { run, by, contextFile }: Resumption,
): CarriedRun & { readonly start: RunStarted } {
  const found = ledger.run(run)
  if (!found) throw new LedgerError('ledger.run-unknown', `no run \`${run}\` in this ledger`)
  const { start, endedAt, status } = found
  if (endedAt !== undefined) {
    throw new LedgerError(
      'ledger.run-ended',
      `run \`${run}\` has ended as \`${status}\`: there is nothing to go on with; \`ecp runs show ${run}\` says what it came to`,
    )
  }
  const { owner, file, override, rehearsal } = start
  if (rehearsal) throw new HostError('host.refused', `run \`${run}\` was a dry run: nothing of it has to be carried on`)
  if (owner === undefined || file === undefined) {
    throw new HostError('host.refused', `run \`${run}\` is no run of \`ecp run\`: whoever is connected carries it on`)
  }
  return { run, start, by, file: contextFile ?? file, ...(override ? { override } : {}) }
}

/** Another Context is another run: what was asked for, and what may happen, would not be what is on record. */
export function refuseChangedContext(
  { context: { name, version, digest } }: RunStarted,
  { identity }: GovernedContext,
  { run, file }: CarriedRun,
): void {
  if (identity.digest === digest) return
  const now = identity.version === version ? '' : ` (\`${version}\`, now \`${identity.version}\`)`
  const message = `run \`${run}\` cannot go on: its Context \`${name}\` in \`${file}\` has changed since it started${now}; put it back, name the file as it was with \`--context\`, or end the run with \`ecp cancel ${run}\``
  throw new HostError('host.refused', message)
}
