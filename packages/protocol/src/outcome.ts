import type { Json } from './json.ts'

/**
 * What came of an action. `unknown`: the process died between starting and finishing a write; nobody may pretend to know.
 * `rehearsed`: it was decided in a dry run, and nothing was done.
 */
export const outcomeStatuses = [
  'completed',
  'failed',
  'denied',
  'pending',
  'proposed',
  'expired',
  'cancelled',
  'unknown',
  'rehearsed',
] as const
export type OutcomeStatus = (typeof outcomeStatuses)[number]

/** What an action came to, as it is recorded: redacted, without anything unbounded. */
export interface Outcome {
  readonly status: OutcomeStatus
  readonly result?: Json
  readonly error?: { readonly code: string; readonly message: string }
  /** Milliseconds from the start of performing to its end. */
  readonly durationMs?: number
  readonly tokens?: { readonly prompt: number; readonly completion: number }
  readonly costUsd?: number
}
