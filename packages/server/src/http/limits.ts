/** Bounds of the HTTP face: what one client sends, or does not send, holds no other one up. */
export interface HttpLimits {
  /** Bytes of a request's body. Arguments of over 1 MB are denied anyway. */
  readonly maxBodyBytes: number
  /** Bytes of a request's line and headers. */
  readonly maxHeaderBytes: number
  /** How long (ms) the headers of a request may take to come, and the whole of it. */
  readonly headersMs: number
  readonly requestMs: number
  /** How long (ms) a connection on which nothing is asked stays open. */
  readonly keepAliveMs: number
  readonly maxConnections: number
  /** Requests of one client that are not answered yet, calls that wait included; one more gets 429. */
  readonly maxRequestsPerClient: number
  /** How long (ms) what is in flight may go on when everything ends, or when the config has changed. */
  readonly drainMs: number
}

export const defaultHttpLimits: HttpLimits = {
  maxBodyBytes: 4_000_000,
  maxHeaderBytes: 16_384,
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 65_000,
  maxConnections: 10_000,
  maxRequestsPerClient: 512,
  drainMs: 10_000,
}
