import { exactly } from '../../parts/duration.ts'
import type { Call } from './call.ts'

/** How far an allowed call came, and in which time; empty for one that was stopped. */
export function outcomeWords({ fate, status, durationMs }: Call): string {
  const took = durationMs === undefined ? '' : exactly(durationMs)
  switch (fate) {
    case 'done':
      return took === '' ? 'completed' : `completed in ${took}`
    case 'running':
      return 'in flight'
    case 'unknown':
      return 'nobody knows whether it was done'
    case 'failed':
      return took === '' ? status : `${status} after ${took}`
    default:
      return ''
  }
}
