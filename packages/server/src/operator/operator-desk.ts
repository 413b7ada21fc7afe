import type { Machine } from '@ecp/host'
import type { Identity } from '../http/identity.ts'
import type { OperatorSession } from './sessions.ts'

/** What the routes of the operator work on. */
export interface OperatorDesk {
  /** The newest one. */
  machine(): Machine
  /** Something that takes its time, at the newest one, which stays open until it is done. */
  during<T>(work: (machine: Machine) => Promise<T>): Promise<T>
  /** The operating system's user. */
  readonly user: string
  /** Of ecp. */
  readonly version: string
  /** What a link to the console begins with: its origin. */
  base(): string
  /** Whoever comes without a token, where somebody may. */
  readonly anonymous?: Identity
  /** Milliseconds since the epoch. */
  now(): number
  /** Lines for the operator's log. */
  log(line: string): void
}

/** What is known of a request behind the check of its session (Hono). */
export interface OperatorEnv {
  readonly Variables: { readonly session: OperatorSession }
}
