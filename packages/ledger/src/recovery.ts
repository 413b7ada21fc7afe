import type { Outcome } from '@ecp/protocol'

/** What is written for an action whose process died: nobody may pretend to know what became of a write. */
export function interrupted(intended: boolean): Outcome {
  return {
    status: intended ? 'unknown' : 'failed',
    error: {
      code: intended ? 'run.outcome-unknown' : 'run.interrupted',
      message: intended
        ? 'the process ended between starting this write and its answer; whether it took effect is not known'
        : 'the process ended before the answer',
    },
  }
}
