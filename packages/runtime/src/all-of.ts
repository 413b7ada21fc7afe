import { RuntimeError } from './error.ts'

/**
 * Waits for all of them, whatever becomes of one: nothing is left in flight that nobody waits for. Throws the gravest failure.
 */
export async function allOf<T>(parts: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(parts)
  const failures = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
  if (failures.length > 0) throw gravest(failures)
  return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
}

/** Of several failures the one that says most about the run: a defect, what nobody knows, then what has failed, then who is waited for. */
export function gravest(failures: readonly unknown[]): unknown {
  return failures.reduce((worst, one) => (rank(one) < rank(worst) ? one : worst))
}

function rank(failure: unknown): number {
  if (!(failure instanceof RuntimeError)) return 3
  switch (failure.code) {
    case 'run.unknown':
      return 0
    case 'run.diverged':
      return 1
    case 'run.cancelled':
    case 'run.interrupted':
    case 'run.timeout':
      return 2
    case 'run.waiting':
      return 5
    default:
      return 4
  }
}
