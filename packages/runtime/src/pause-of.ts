import type { Pause } from '@ecp/protocol'
import type { FailureCode } from './error.ts'

/** Why a run does not go on by itself; undefined for a failure that ends it. */
export function pauseOf(code: FailureCode): Pause | undefined {
  switch (code) {
    case 'run.waiting':
      return 'waiting'
    case 'run.unknown':
      return 'unknown'
    case 'run.diverged':
      return 'diverged'
    case 'run.interrupted':
      return 'interrupted'
    default:
      return undefined
  }
}
