/** What went wrong on the way to an answer of this host. The message says what to do, in the server's words where it has any. */
export class ConsoleError extends Error {
  override readonly name = 'ConsoleError'
  /** A code of the API (RFC 9457, `code`), or `console.unreachable`, `console.unreadable`. */
  readonly code: string
  /** Of the HTTP answer; 0 where there was none. */
  readonly status: number

  constructor(code: string, status: number, message: string) {
    super(message)
    this.code = code
    this.status = status
  }
}

/** What was thrown, as something that can be shown. */
export function errorOf(cause: unknown): ConsoleError {
  if (cause instanceof ConsoleError) return cause
  return new ConsoleError('console.failed', 0, cause instanceof Error ? cause.message : String(cause))
}
