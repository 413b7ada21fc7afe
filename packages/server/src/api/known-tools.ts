import type { Host } from '@ecp/host'
import type { Caller } from '../http/caller.ts'

/** Tools that a caller may know of. */
export interface KnownTools {
  has(target: string): boolean
}

interface Seen {
  readonly targets: Set<string>
  catalogue?: unknown
}

const seen = new WeakMap<Host, Map<string, Seen>>()

/**
 * The tools that the caller's executor is shown or could be, and those that it was: one that has changed since is no secret.
 * External tools, which their own program shows, are known once they were asked about.
 */
export function knownTools({ host, executor }: Pick<Caller, 'host' | 'executor'>): KnownTools {
  const executors = seen.get(host) ?? new Map<string, Seen>()
  seen.set(host, executors)
  const known = executors.get(executor) ?? { targets: new Set<string>() }
  executors.set(executor, known)
  const catalogue = host.catalogue()
  if (known.catalogue !== catalogue) {
    known.catalogue = catalogue
    for (const { target } of host.tools(executor)) known.targets.add(target)
  }
  return { has: (target) => known.targets.has(target) || host.mayCall(executor, target) }
}
