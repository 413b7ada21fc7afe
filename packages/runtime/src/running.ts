import type { Host } from '@ecp/host'
import type { ExecutorNode, Json, JsonObject } from '@ecp/protocol'
import type { RuntimeError } from './error.ts'
import type { RunEvent } from './progress.ts'
import type { TimeLimit } from './time-limit.ts'

/** What waits for a person. */
export interface Waiting {
  readonly executor: string
  readonly target: string
  readonly approval: string
}

/**
 * Asks whoever is there for their word on what waits, and resolves when it is in the ledger, true; false where nobody answers now:
 * then it is not waited for. `over` aborts when somebody else has answered meanwhile.
 */
export type Attend = (waiting: Waiting, over: AbortSignal) => Promise<boolean>

/** A run that goes on: what every part of it needs. */
export interface Running {
  readonly host: Host
  readonly run: string
  readonly nodes: readonly ExecutorNode[]
  readonly schemas: Readonly<Record<string, JsonObject>>
  /** Aborted when the run is cancelled, or out of time. */
  readonly signal: AbortSignal
  readonly limits: { readonly maxDelegations: number; readonly maxExecutors: number }
  /** How long (ms) a held action waits for a person. */
  readonly waitMs: number
  /** Whoever is there to answer. */
  readonly attend?: Attend
  now(): number
  /** How long the run may take (`timeoutMs`). */
  readonly time: TimeLimit
  emit(event: RunEvent): void
  /** Set once something stops the run: nothing more is begun. */
  readonly stop: { failure?: RuntimeError }
  /** What a person has to answer before the run goes on. */
  readonly waiting: Waiting[]
  /** What executors gave themselves so far, by name; of one that ran several times the last. */
  readonly outputs: Map<string, Json>
}

/** One executor at its place in a run: what it was given by whoever runs it. */
export interface Assignment {
  readonly node: ExecutorNode
  /** Its place, the same in every run: `root`, `root/0:analyst`. Keys of actions begin with it. */
  readonly path: string
  /** What it was asked to do, where a plan says so. */
  readonly task?: string
  readonly hints?: Json
  /** Outputs that the strategy gives it, by executor. */
  readonly given: ReadonlyMap<string, Json>
  /** Whether it makes the result of all of them: it gets them as the mount `__prior_outputs`. */
  readonly merges?: true
  /** The plan that its focus and deep mounts select from. */
  readonly plan?: JsonObject
  /** Only where its strategy asks for a plan: whom it can delegate to. */
  readonly delegates?: readonly ExecutorNode[]
}
