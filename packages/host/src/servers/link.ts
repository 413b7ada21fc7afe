import type { Transport } from '@modelcontextprotocol/client'
import type { HostError } from '../error.ts'

/** One way to a server that is open: a started process, or an address that is spoken to. */
export interface Link {
  readonly kind: 'pipe' | 'network'
  /** Not started yet: whoever speaks MCP over it does. */
  readonly transport: Transport
  /** Why it ended; settles once. Never rejects. */
  readonly ended: Promise<HostError>
  isOpen(): boolean
  /** The error with what the server last said of itself behind it. */
  told(error: HostError): HostError
  close(): Promise<void>
}
