export type ServerErrorCode =
  /** What is to be listened on is no address. */
  | 'server.address'
  /** The address or the socket is taken, or may not be used. */
  | 'server.not-listening'
  /** A client is bound to an executor that its Context does not have. */
  | 'server.executor-unknown'
  /** Listening there would let in whoever comes. */
  | 'server.refused'
  /** A client of that name is there already; is not there. */
  | 'credentials.exists'
  | 'credentials.not-found'
  /** A credential that cannot hold. */
  | 'credentials.refused'

/** What this package throws where an operator can do something. The text says what happened, to what, and what; never a secret. */
export class ServerError extends Error {
  readonly code: ServerErrorCode
  constructor(code: ServerErrorCode, message: string) {
    super(message)
    this.name = 'ServerError'
    this.code = code
  }
}
