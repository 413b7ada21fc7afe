import type { ServerWiring } from '@ecp/protocol'
import type { ServerLicence } from '../stdio-server.ts'

/** One wired remote server (host.md, Transports), ready to be connected to. */
export interface HttpServer {
  readonly name: string
  /** Streamable HTTP, or the older HTTP with SSE. */
  readonly kind: 'http' | 'sse'
  readonly url: string
  /** All headers of its wiring, secrets included. Asked for at each connect (and after a 401), kept by nobody. */
  headers(): Promise<Readonly<Record<string, string>>>
  /** Milliseconds for everything from the first connection to the last page of the first tools/list. */
  readonly startTimeoutMs: number
  /** Milliseconds for a call whose tool says nothing else. */
  readonly callTimeoutMs: number
  readonly tools: NonNullable<ServerWiring['tools']>
  /** Missing: it only answers. */
  readonly licence?: ServerLicence
}
