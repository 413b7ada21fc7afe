import type { Json } from '@ecp/protocol'
import { invalidParams } from './rpc-errors.ts'

/** RFC 5424 severities, as MCP names them, from the least. */
export const logLevels = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency']

/** The level that a client names; what is none is an error of the protocol (MCP 2025-11-25, logging, Error Handling). */
export function logLevel(value: Json | undefined): string {
  const level = logLevels.find((one) => one === value)
  if (level === undefined) throw invalidParams(`\`level\` is none of ${logLevels.join(', ')}`)
  return level
}
