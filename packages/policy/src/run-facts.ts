import type { Code } from '@ecp/protocol'

/** Counters that are asked for with every action, and what a value above 0 means. */
export const runFacts = [
  { name: 'frozen', code: 'host.frozen', message: 'the operator has stopped everything with the stop switch' },
  { name: 'run.cancelled', code: 'run.cancelled', message: 'the run was cancelled' },
  { name: 'run.unknown', code: 'run.outcome-unknown', message: 'the run has a write whose outcome nobody knows' },
  { name: 'run.diverged', code: 'run.diverged', message: 'the run came back with another action in the same place' },
] as const satisfies readonly { name: string; code: Code; message: string }[]
