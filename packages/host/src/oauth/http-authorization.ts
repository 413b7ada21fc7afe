/** What a server said when it refused a request for want of a token, or of a scope (RFC 6750, 3; RFC 9728, 5.1). */
export interface Challenge {
  readonly resourceMetadataUrl?: URL
  readonly scope?: string
}

/** What gives the requests to one server their bearer token. */
export interface HttpAuthorization {
  /** The token to be sent now; none before somebody has signed in. */
  token(): Promise<string | undefined>
  /**
   * The server refused this token (or that there was none). Gives one that it may take, made once for all who ask at the same
   * time. Throws `server.start-failed` where a person is needed.
   */
  renew(refused: string | undefined, challenge: Challenge): Promise<string>
  /** The token is good and not good enough: gives one with more scope. Throws as {@link renew} does. */
  widen(refused: string, challenge: Challenge): Promise<string>
}
