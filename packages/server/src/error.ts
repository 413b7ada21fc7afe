export type ServerErrorCode =
  /** What is to be listened on is no address. */
  | 'server.address'
  /** The address or the socket is taken, or may not be used. */
  | 'server.not-listening'
  /** Listening there would let in whoever comes. */
  | 'server.refused'

/** What starting to serve throws. The text names what happened, to what, and what to do; it never holds a secret. */
export class ServerError extends Error {
  readonly code: ServerErrorCode
  constructor(code: ServerErrorCode, message: string) {
    super(message)
    this.name = 'ServerError'
    this.code = code
  }
}
