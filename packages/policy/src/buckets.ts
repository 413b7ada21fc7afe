import type { Action } from '@ecp/protocol'

/*
 * The names of buckets: every amount that the ledger adds up for a policy. One file, so that no two meanings share a name.
 */

/** A part of a name that others choose: encoded, so that it holds no `:`. */
export const part = (text: string): string => text.replaceAll('%', '%25').replaceAll(':', '%3A')

const run = (action: Action): string => `run:${part(action.run)}`

/** Whether what a bucket holds belongs to the action's run alone. */
export const isOfRun = (action: Action, bucket: string): boolean => bucket.startsWith(`${run(action)}:`)

/** What the operator's stop switch fills. */
export const frozen = 'ledger:frozen'

/** Facts about the run: not 0 when it was cancelled, has a write of unknown outcome, or came back with another digest. */
export const runFact = (action: Action, fact: 'cancelled' | 'unknown' | 'diverged'): string => `${run(action)}:${fact}`

/** What an executor and all below it use of one kind in a run. */
export const pool = (action: Action, executor: string, what: string): string =>
  `${run(action)}:executor:${part(executor)}:pool:${what}`

/** What an executor alone used in a run; `usage` in its conditions. */
export const own = (action: Action, what: string): string =>
  `${run(action)}:executor:${part(action.executor)}:own:${what}`

/** What all executors of a run use of one kind. */
export const wholeRun = (action: Action, what: string): string => `${run(action)}:all:${what}`

/** What a principal uses over all runs. */
export const principal = (action: Action, what: string): string => `principal:${part(action.principal)}:${what}`

/** How often one exact action was allowed in a run. */
export const repeats = (action: Action, executor: string): string =>
  `${run(action)}:executor:${part(executor)}:repeats:${part(action.digest)}`

/** A `perTool` limit with a window: over all runs of the Context's executor by one principal. */
export const window = (action: Action, executor: string, pattern: string, what: 'calls' | 'sum'): string =>
  `context:${part(action.context.name)}:executor:${part(executor)}:principal:${part(action.principal)}:tool:${part(pattern)}:${what}`

/** The name, inside a pool, of what a `perTool` limit counts. */
export const perTool = (pattern: string, what: 'calls' | 'sum'): string => `tool:${part(pattern)}:${what}`

/** The name, inside {@link own}, of what a condition's `usage.calls` or `usage.sum` reads. */
export const usage = (name: string): string => `usage:${part(name)}`
