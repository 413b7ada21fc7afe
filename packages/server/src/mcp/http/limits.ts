import { defaultRoundsLimits, type RoundsLimits } from '../rounds.ts'
import { defaultEventLogLimits, type EventLogLimits } from './event-log.ts'

/** Bounds of an MCP endpoint over HTTP. */
export interface McpLimits {
  /** Sessions of one client, and of all (2025-11-25). The oldest idle one makes room for another. */
  readonly maxSessionsPerClient: number
  readonly maxSessions: number
  /** How long a session may be idle: no request in flight, and nobody listening. Milliseconds. */
  readonly idleMs: number
  /** How often (ms) what is idle or too old is looked for. */
  readonly sweepMs: number
  /** How many `subscriptions/listen` one client may have open (2026-07-28). */
  readonly maxListens: number
  /** How many bytes wait for a client that does not read, for each response. */
  readonly maxUnsentBytes: number
  readonly events: EventLogLimits
  readonly rounds: RoundsLimits
}

export const defaultMcpLimits: McpLimits = {
  maxSessionsPerClient: 100,
  maxSessions: 5_000,
  idleMs: 1_800_000,
  sweepMs: 15_000,
  maxListens: 64,
  maxUnsentBytes: 4_000_000,
  events: defaultEventLogLimits,
  rounds: defaultRoundsLimits,
}
