import type { ServerBasics } from '../stdio-server.ts'

/** One wired remote server (host.md, Transports), ready to be connected to. */
export interface HttpServer extends ServerBasics {
  /** Streamable HTTP, or the older HTTP with SSE. */
  readonly kind: 'http' | 'sse'
  readonly url: string
  /** All headers of its wiring, secrets included. Asked for at each connect (and after a 401), kept by nobody. */
  headers(): Promise<Readonly<Record<string, string>>>
}
