import type { PerformOptions } from '@ecp/host'
import type { Effect, OutcomeStatus } from '@ecp/protocol'

export type StepKind = 'model' | 'tool' | 'mount' | 'question' | 'agent'

/** What happens in a run, as it happens: for whoever watches. Everything of it is in the ledger, too. */
export type RunEvent =
  | {
      readonly kind: 'executor-started'
      readonly executor: string
      readonly path: string
      readonly parent?: string
      /** What a plan asks it to do: a model's words. */
      readonly task?: string
    }
  | { readonly kind: 'executor-finished'; readonly executor: string; readonly path: string; readonly failure?: string }
  | {
      readonly kind: 'step-started'
      readonly executor: string
      readonly step: StepKind
      readonly target: string
      /** Of the action: the path of its executor, and its place there. */
      readonly key: string
    }
  | {
      readonly kind: 'step-finished'
      readonly executor: string
      readonly step: StepKind
      readonly target: string
      readonly key: string
      readonly effect: Effect
      readonly status: OutcomeStatus
      readonly tokens?: { readonly prompt: number; readonly completion: number }
      readonly costUsd?: number
      /** From the record of a run that was resumed: nothing was done now. */
      readonly replayed?: true
    }
  | { readonly kind: 'text'; readonly executor: string; readonly path: string; readonly piece: string }
  /** What the run could still use when an action of it was decided. */
  | { readonly kind: 'left'; readonly left: Parameters<NonNullable<PerformOptions['onLeft']>>[0] }
  | {
      readonly kind: 'waiting'
      readonly executor: string
      readonly target: string
      readonly key: string
      readonly approval: string
    }
